/*
 * A statement that met the moved model: a table or a column was changed under it, PostgreSQL refused it and nothing was
 * done. The new catalogue is on its way to this worker, so what asked for the statement waits for it, and is planned
 * once more; when the model moves again meanwhile, once more for that. What was planned before keeps its catalogue.
 */
#include "gateway/request/request_private.h"

/* Within a gateway the catalogue follows its commit in milliseconds; of another's commit we hear within a second. */
enum { LOOK_AGAIN_US = 3000, GIVE_UP_US = 3000000, TIMES_MAX = 20 };

/* Held until the request ends. */
static struct model *pin(struct request *request, struct model *model)
{
    struct replan *replan = &request->replan;
    for (size_t i = 0; i < replan->count; i++) {
        if (replan->pinned[i] == model) {
            return model;
        }
    }
    if (replan->count == replan->capacity) {
        struct arena *arena = replan->arena == NULL ? request->arena : replan->arena;
        size_t capacity = replan->capacity * 2 + 4;
        struct model **grown = ARENA_ARRAY(arena, struct model *, capacity);
        for (size_t i = 0; i < replan->count; i++) {
            grown[i] = replan->pinned[i];
        }
        replan->pinned = grown;
        replan->capacity = capacity;
    }
    replan->pinned[replan->count++] = model_ref(model);
    return model;
}

static void look(void *context)
{
    struct request *request = context;
    struct replan *replan = &request->replan;
    bool late = loop_now_us(request->worker->executor.loop) > replan->give_up_us;
    struct list ready;
    list_init(&ready);
    LIST_EACH(at, after, &replan->waiting)
    {
        struct replan_wait *wait = LIST_ENTRY(at, struct replan_wait, link);
        if (late || wait->planned != request->worker->model) {
            list_remove(at);
            list_push_back(&ready, at);
        }
    }
    if (!list_empty(&replan->waiting)) {
        loop_timer_start(&replan->timer, LOOK_AGAIN_US);
    }
    struct model *newest = list_empty(&ready) ? NULL : pin(request, request->worker->model);
    /* The last of them may end the request. */
    for (struct list *at = list_pop_front(&ready); at != NULL; at = list_pop_front(&ready)) {
        struct replan_wait *wait = LIST_ENTRY(at, struct replan_wait, link);
        wait->on_model(wait->context, wait->planned == newest ? NULL : newest);
    }
}

bool request_replans(struct request *request, const struct pg_failure *failure, struct replan_wait *wait)
{
    struct replan *replan = &request->replan;
    struct loop *loop = request->worker->executor.loop;
    bool moved = request->worker->model != wait->planned;
    bool stale = failure_is_stale(failure) || (moved && failure_may_be_stale(failure));
    if (!stale || failure->outcome_unknown || wait->times == TIMES_MAX) {
        return false;
    }
    wait->times++;
    if (!replan->begun) {
        replan->begun = true;
        list_init(&replan->waiting);
        loop_timer_init(&replan->timer, loop, look, request);
    }
    replan->give_up_us = loop_now_us(loop) + GIVE_UP_US;
    list_push_back(&replan->waiting, &wait->link);
    loop_timer_start(&replan->timer, moved ? 0 : LOOK_AGAIN_US);
    return true;
}

void replan_release(struct request *request)
{
    struct replan *replan = &request->replan;
    loop_timer_release(&replan->timer);
    for (size_t i = 0; i < replan->count; i++) {
        model_unref(replan->pinned[i]);
    }
    replan->count = 0;
}

#include "common/webhook/webhook_event.h"
#include "dispatcher/app/engine_internal.h"

/*
 * A webhook of which nothing but failures come for days is disabled. Others are told when half of that time and when
 * four fifths of it are over. That it fails is kept in core.webhook_health, but only once it has failed for a while:
 * receivers that fail now and then cost no rows.
 */

static const int64_t keep_after_us = 60000000;

static struct uuid fresh_id(const struct engine *engine)
{
    uint8_t random[10];
    random_bytes(random, sizeof(random));
    return uuid_v7(engine_now_us(engine) / 1000, random);
}

static struct webhook_event event_of(const struct hook *hook)
{
    return (struct webhook_event){
        .id = hook->id, .target_url = str_from(hook->url), .failing_since_us = hook->failing_since_us};
}

void engine_disable_hook(struct engine *engine, struct hook *hook, struct str reason)
{
    if (hook->state != HOOK_ACTIVE) {
        return;
    }
    struct strbuf record = {0};
    struct webhook_event event = event_of(hook);
    struct uuid id = fresh_id(engine);
    event.reason = reason;
    event.disabled_us = engine_now_us(engine);
    webhook_event_put(&record, &event);
    hook->state = HOOK_DISABLED;
    group_disable(engine_gathering(engine), &hook->id, reason, &id, strbuf_str(&record));
    strbuf_release(&record);
    engine_drop_hook(engine, hook);
}

static void notice(struct engine *engine, struct hook *hook, int percent)
{
    struct strbuf record = {0};
    struct webhook_event event = event_of(hook);
    struct uuid id = fresh_id(engine);
    event.reason = STR("Nothing but failures came of its deliveries.");
    event.disables_us = hook->failing_since_us + engine->options.disable_after_us;
    webhook_event_put(&record, &event);
    group_notice(engine_gathering(engine), &hook->id, percent, &id, strbuf_str(&record));
    strbuf_release(&record);
    hook->noticed = percent;
}

/* The highest of the marks that are passed, or 0. */
static int mark_passed(int64_t failing_us, int64_t disable_after_us)
{
    static const int marks[] = {80, 50};
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        if (failing_us / marks[i] >= disable_after_us / 100) {
            return marks[i];
        }
    }
    return 0;
}

static void note_success(struct hook *hook)
{
    hook->health_dirty = hook->health_dirty || hook->health_written;
    hook->failing_since_us = 0;
    hook->noticed = 0;
}

bool engine_note_outcome(struct engine *engine, struct hook *hook, const struct outcome *outcome)
{
    int64_t now_us = loop_now_us(engine->loop);
    int64_t most_us = engine->options.disable_after_us;
    if (outcome->status >= 200 && outcome->status < 300) {
        note_success(hook);
        return false;
    }
    if (outcome->failure == FAILURE_LOST || outcome->failure == FAILURE_SECRET || most_us == 0) {
        return false; /* not the receiver's doing */
    }
    if (hook->failing_since_us == 0) {
        hook->failing_since_us = engine_now_us(engine);
        hook->failing_from_us = now_us;
    }
    int64_t failing_us = now_us - hook->failing_from_us;
    if (failing_us >= most_us) {
        return true;
    }
    int64_t after_us = most_us / 10 < keep_after_us ? most_us / 10 : keep_after_us;
    if (!hook->health_written && failing_us >= after_us) {
        hook->health_dirty = true;
    }
    if (mark_passed(failing_us, most_us) > hook->noticed) {
        hook->health_dirty = hook->health_dirty || !hook->health_written;
        notice(engine, hook, mark_passed(failing_us, most_us));
    }
    return false;
}

void engine_put_health(struct engine *engine, struct group *group)
{
    for (size_t i = 0; i < engine->hooks.active_count; i++) {
        struct hook *hook = engine->hooks.active[i];
        if (hook->health_dirty) {
            hook->health_dirty = false;
            hook->health_written = hook->failing_since_us > 0;
            group_health(group, &hook->id, hook->failing_since_us);
        }
    }
}

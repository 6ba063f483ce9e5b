/*
 * Creates: every value is known before the first statement (ids, times, defaults are ours), so the record's JSON is
 * made here, and the rows and their events go to PostgreSQL as one implicit transaction in one round trip.
 */
#include "common/crypto/digest.h"
#include "gateway/request/request_private.h"

struct creation {
    struct request *request;
    struct change *changes;
    struct event *events;
    size_t count;
};

static void answer(struct request *request, const struct creation *creation)
{
    const struct plan *plan = &request->plan;
    if (plan->selection.fields != NULL || plan->selection.relation_count > 0) {
        struct value **rows = ARENA_ARRAY(request->arena, struct value *, creation->count);
        for (size_t i = 0; i < creation->count; i++) {
            rows[i] = plan->inputs[i].values;
        }
        request_answer_records(request, rows, creation->count);
        return;
    }
    /* The whole records, as they were written for their events. */
    struct strbuf *body = &request->exchange->body;
    rest_put_data_begin(body, plan);
    strbuf_puts(body, plan->batch ? "[" : "");
    for (size_t i = 0; i < creation->count; i++) {
        strbuf_puts(body, i == 0 ? "" : ",");
        strbuf_put(body, creation->events[i].record);
    }
    strbuf_puts(body, plan->batch ? "]" : "");
    rest_put_data_end(body, NULL, 0);
    request_finish(request, rest_success_status(plan));
}

static void on_created(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct creation *creation = context;
    struct request *request = creation->request;
    if (failure != NULL) {
        request_fail_pg(request, failure);
        return;
    }
    request_publish(request, creation->events, creation->count, results[1]);
    answer(request, creation);
}

static bool complete(struct request *request, struct creation *creation, int64_t now_us)
{
    const struct plan *plan = &request->plan;
    for (size_t i = 0; i < plan->input_count; i++) {
        uint8_t random[16];
        random_bytes(random, sizeof random);
        if (plan->batch) {
            /* In the order of the input: the bits after the millisecond count (RFC 9562, 6.2 method 1). */
            random[0] = (uint8_t)(i >> 8);
            random[1] = (uint8_t)i;
        }
        struct uuid fresh = uuid_v7(now_us / 1000, random);
        struct err err;
        if (!record_input_complete(request->arena, plan->object, &plan->inputs[i], &fresh, now_us, i, &request->actor,
                                   &err)) {
            struct err where = err;
            if (plan->batch) {
                err_fail_tag(&where, err.code, err.tag, "%s (record %zu of the batch)", err.text, i + 1);
            }
            request_fail(request, &where);
            return false;
        }
        creation->changes[i] = (struct change){
            .object = plan->object, .action = EVENT_CREATED, .values = plan->inputs[i].values, .delta = 1};
    }
    return true;
}

static struct pg_param *bind_one(struct request *request, const struct value *values)
{
    const struct object *object = request->plan.object;
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, object->column_count);
    for (size_t i = 0; i < object->column_count; i++) {
        params[i] = param_value(request->arena, &values[i]);
    }
    return params;
}

static struct pg_param *bind_many(struct request *request, const struct creation *creation)
{
    const struct object *object = request->plan.object;
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, object->column_count);
    struct strbuf literal = {0};
    for (size_t column = 0; column < object->column_count; column++) {
        strbuf_clear(&literal);
        strbuf_put_char(&literal, '{');
        for (size_t i = 0; i < creation->count; i++) {
            strbuf_puts(&literal, i == 0 ? "" : ",");
            value_put_array_element(&literal, request->arena, &creation->changes[i].values[column]);
        }
        strbuf_put_char(&literal, '}');
        params[column] = param_text(arena_copy(request->arena, strbuf_str(&literal)));
    }
    strbuf_release(&literal);
    return params;
}

void execute_create(struct request *request)
{
    const struct plan *plan = &request->plan;
    int64_t now_us = request_now_us();
    struct creation *creation = ARENA_NEW(request->arena, struct creation);
    creation->request = request;
    creation->count = plan->input_count;
    creation->changes = ARENA_ARRAY(request->arena, struct change, creation->count);
    if (!complete(request, creation, now_us)) {
        return;
    }
    creation->events = request_events(request, creation->changes, creation->count, now_us);
    const struct object_statements *statements = model_statements(request->model, plan->object);
    if (creation->count == 1) {
        request->commands[0] =
            (struct pg_command){&statements->insert_one, bind_one(request, creation->changes[0].values)};
    } else {
        request->commands[0] = (struct pg_command){&statements->insert_many, bind_many(request, creation)};
    }
    request->commands[1] = request_outbox(request, creation->events, creation->changes, creation->count);
    request->job = (struct pg_job){.kind = PG_WRITE,
                                   .commands = request->commands,
                                   .command_count = 2,
                                   .cost = (unsigned)creation->count,
                                   .on_done = on_created,
                                   .context = creation};
    pg_submit(request->worker->fast, &request->job);
}

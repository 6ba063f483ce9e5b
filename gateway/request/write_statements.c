/* Statements that several kinds of writes send, and the records that a write is about. */
#include "gateway/request/write_set.h"

#include "common/crypto/digest.h"

struct uuid request_fresh_id(const struct request *request, int64_t now_us, size_t index)
{
    uint8_t random[16];
    random_bytes(random, sizeof random);
    if (request->plan.batch) {
        /* In the order of the input: the bits after the millisecond count (RFC 9562, 6.2 method 1). */
        random[0] = (uint8_t)(index >> 8);
        random[1] = (uint8_t)index;
    }
    return uuid_v7(now_us / 1000, random);
}

struct pg_command request_repoint(struct write_set *set, const struct field *field, struct pg_param ids,
                                  const struct uuid *target)
{
    struct request *request = set->request;
    struct value now = {.kind = COLUMN_TIMESTAMPTZ, .as.us = set->now_us};
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, 5);
    params[0] = ids;
    params[1] = target == NULL ? param_null() : param_uuid(request->arena, target);
    params[2] = param_value(request->arena, &now);
    params[3] = param_text(request->actor.source);
    params[4] = param_text(request->actor.name);
    return request_command(request, sql_repoint(request->arena, field), params);
}

static struct pg_command lock_one(struct request *request)
{
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, 1);
    params[0] = param_uuid(request->arena, &request->plan.id);
    return (struct pg_command){&model_statements(request->model, request->plan.object)->lock, params};
}

void request_lock_targets(struct request *request, void (*on_locked)(void *context, struct pg_result *const *results,
                                                                     const struct pg_failure *failure))
{
    const struct plan *plan = &request->plan;
    struct arena *arena = request->arena;
    request->commands[0] = request_command(request, sql_begin(), NULL);
    switch (plan->target) {
    case TARGET_ONE: request->commands[1] = lock_one(request); break;
    case TARGET_IDS:
        request->commands[1] =
            request_bound(request, sql_by_ids(arena, plan->object, plan->ids, plan->id_count, true, true));
        break;
    case TARGET_FILTER:
        request->commands[1] =
            request_bound(request, sql_lock_matching(arena, plan, request->worker->settings->max_mutation + 1));
        break;
    }
    session_run(request, request->commands, 2, on_locked, request);
}

static bool too_many(struct request *request)
{
    struct err err;
    err_fail_tag(&err, ERR_INVALID, "TOO_MANY_RECORDS_TO_UPDATE",
                 "More than %zu records match the filter. Narrow it (setting max_mutation)",
                 request->worker->settings->max_mutation);
    request_fail(request, &err);
    return false;
}

void request_target_missing(struct request *request, size_t index)
{
    if (request->plan.target == TARGET_ONE) {
        request_not_found(request);
        return;
    }
    struct err err;
    struct str id = param_uuid(request->arena, &request->plan.ids[index]).value;
    err_fail_tag(&err, ERR_NOT_FOUND, "RECORD_NOT_FOUND", "Record not found: %.*s (record %zu of the batch)",
                 STR_ARG(id), index + 1);
    request_fail(request, &err);
}

bool request_targets(struct request *request,
                     bool (*refused)(const struct request *request, const struct record_change *change),
                     struct record_change ***out, size_t *count)
{
    const struct plan *plan = &request->plan;
    const struct write_set *set = request->writes;
    if (plan->target == TARGET_FILTER) {
        *count = set->count;
        *out = ARENA_ARRAY(request->arena, struct record_change *, set->count);
        for (size_t i = 0; i < set->count; i++) {
            (*out)[i] = set->items[i];
        }
        return set->count <= request->worker->settings->max_mutation || too_many(request);
    }
    const struct uuid *ids = plan->target == TARGET_ONE ? &plan->id : plan->ids;
    *count = plan->target == TARGET_ONE ? 1 : plan->id_count;
    *out = ARENA_ARRAY(request->arena, struct record_change *, *count);
    for (size_t i = 0; i < *count; i++) {
        struct record_change *change = write_set_find(set, plan->object, &ids[i]);
        if (change == NULL || (refused != NULL && refused(request, change))) {
            request_target_missing(request, i);
            return false;
        }
        (*out)[i] = change;
    }
    return true;
}

void request_answer_ids(struct request *request, struct record_change *const *changes, size_t count)
{
    struct strbuf *body = &request->exchange->body;
    rest_put_data_begin(body, &request->plan);
    strbuf_puts(body, request->plan.batch ? "[" : "");
    for (size_t i = 0; i < count; i++) {
        struct uuid id = record_change_id(changes[i]);
        strbuf_puts(body, i == 0 ? "{\"id\":\"" : ",{\"id\":\"");
        uuid_put(body, &id);
        strbuf_puts(body, "\"}");
    }
    strbuf_puts(body, request->plan.batch ? "]" : "");
    rest_put_data_end(body, NULL, 0);
    request_finish(request, rest_success_status(&request->plan));
}

void request_answer_changes(struct request *request, struct record_change *const *changes, size_t count)
{
    struct value **rows = ARENA_ARRAY(request->arena, struct value *, count);
    for (size_t i = 0; i < count; i++) {
        rows[i] = changes[i]->after;
    }
    session_close(request);
    request_answer_records(request, rows, count);
}

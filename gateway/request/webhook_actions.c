/*
 * What can be done with a webhook: /rest/metadata/webhooks/{id}/{test,pause,resume,rotateSecret,replay}. Events and
 * jobs go into the database; the dispatcher finds them there.
 */
#include "common/crypto/digest.h"
#include "common/webhook/webhook_event.h"
#include "gateway/metadata/delivery.h"
#include "gateway/metadata/replay.h"
#include "gateway/metadata/webhook_check.h"
#include "gateway/request/webhook_rows.h"

struct webhook_action {
    const char *name;
    const char *allows;
    void (*act)(struct request *request, const struct uuid *id);
};

static struct uuid fresh_id(void)
{
    uint8_t random[10];
    random_bytes(random, sizeof random);
    return uuid_v7(request_now_us() / 1000, random);
}

struct task {
    struct request *request;
    struct uuid id; /* the webhook's */
    struct uuid event_id;
    struct replay replay;
};

static struct task *task_new(struct request *request, const struct uuid *id)
{
    struct task *task = ARENA_NEW(request->arena, struct task);
    task->request = request;
    task->id = *id;
    return task;
}

/* The webhook in the first row; false when the request has been ended. */
static bool first_row(struct request *request, struct pg_result *const *results, const struct pg_failure *failure,
                      struct webhook *out)
{
    if (failure != NULL) {
        request_fail_pg(request, failure);
        return false;
    }
    if (pg_rows(results[0]) == 0) {
        webhook_not_found(request);
        return false;
    }
    return webhook_read_row(request, results[0], 0, out);
}

static void on_changed(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    if (failure != NULL) {
        request_fail_pg(request, failure);
    } else {
        webhook_answer(request, results[0], 200);
    }
}

/* Test. */

static void on_test_stands(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct task *task = context;
    struct request *request = task->request;
    (void)results;
    if (failure != NULL) {
        request_fail_pg(request, failure);
        return;
    }
    struct delivery_id id = {.webhook = task->id, .event = task->event_id};
    delivery_put_accepted(&request->exchange->body, &id);
    request_finish(request, 202);
}

static void insert_test(struct task *task, const struct webhook *webhook)
{
    static const uint32_t types[] = {SQL_UUID, SQL_UUID, SQL_TEXT, SQL_TIMESTAMPTZ};
    struct request *request = task->request;
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, ARRAY_LEN(types));
    const struct webhook_event event = {
        .id = webhook->id, .target_url = webhook->target_url, .reason = STR("Somebody asked for a test.")};
    struct strbuf record = {0};
    webhook_event_put(&record, &event);
    task->event_id = fresh_id();
    params[0] = param_uuid(request->arena, &task->event_id);
    params[1] = param_uuid(request->arena, &task->id);
    params[2] = param_text(arena_copy(request->arena, strbuf_str(&record)));
    params[3] = webhook_param_time(request, request_now_us());
    strbuf_release(&record);
    webhook_run(request, PG_WRITE,
                (struct sql){STR("insert into core.outbox (event_id, object_id, object_name, action, record_id, record,"
                                 " created_at) values ($1, '" EVENT_WEBHOOK_OBJECT_ID "', '" EVENT_WEBHOOK_OBJECT "',"
                                 " 'test', $2, $3, $4)"),
                             types, ARRAY_LEN(types)},
                params, on_test_stands, task);
}

static void on_read_to_test(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct task *task = context;
    struct webhook webhook;
    if (!first_row(task->request, results, failure, &webhook)) {
        return;
    }
    if (webhook.disabled_us != 0 || webhook.paused) {
        webhook_refuse(task->request, webhook.paused ? "The webhook is paused: resume it to test it"
                                                     : "The webhook is disabled: resume it to test it");
        return;
    }
    insert_test(task, &webhook);
}

static void test(struct request *request, const struct uuid *id)
{
    webhook_read(request, id, on_read_to_test, task_new(request, id));
}

/* Pause and resume. */

static void change(struct request *request, const struct uuid *id, struct str sql)
{
    static const uint32_t types[] = {SQL_UUID, SQL_TIMESTAMPTZ};
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, ARRAY_LEN(types));
    params[0] = param_uuid(request->arena, id);
    params[1] = webhook_param_time(request, request_now_us());
    webhook_run(request, PG_WRITE, (struct sql){sql, types, ARRAY_LEN(types)}, params, on_changed, request);
}

static void pause_it(struct request *request, const struct uuid *id)
{
    change(request, id,
           STR("update core.webhook w set paused_at = coalesce(w.paused_at, $2), updated_at = $2"
               " where id = $1 and deleted_at is null returning " WEBHOOK_COLUMNS));
}

/* Brings back what was disabled, too. */
static void resume(struct request *request, const struct uuid *id)
{
    change(request, id,
           STR("with healed as (delete from core.webhook_health h using core.webhook d"
               " where h.webhook_id = $1 and d.id = $1 and d.disabled_at is not null)"
               " update core.webhook w set paused_at = null, disabled_at = null, disabled_reason = null,"
               " updated_at = $2 where id = $1 and deleted_at is null returning " WEBHOOK_COLUMNS));
}

/* New secrets. */

/* Of what earlier rotations have replaced, what still signs. */
#define STILL_GOOD(what)                                                                                               \
    "array(select o." what " from unnest(w.old_secrets, w.old_signing_keys, w.old_until) with ordinality"              \
    " as o(secret, key, until, place) where o.until > $4 order by o.place limit 3)"
#define GOOD_SECRETS STILL_GOOD("secret")
#define GOOD_KEYS    STILL_GOOD("key")
#define GOOD_TIMES   STILL_GOOD("until")

static void rotate(struct request *request, const struct uuid *id)
{
    static const uint32_t types[] = {SQL_UUID, SQL_TEXT, SQL_TEXT, SQL_TIMESTAMPTZ, SQL_TIMESTAMPTZ};
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, ARRAY_LEN(types));
    struct str secret;
    int64_t overlap_us;
    struct err err;
    const struct json *body = webhook_body(request, true, &err);
    if (body == NULL || !rotate_read(body, &secret, &overlap_us, &err)) {
        request_fail(request, &err);
        return;
    }
    int64_t now_us = request_now_us();
    params[0] = param_uuid(request->arena, id);
    params[1] = webhook_param_sealed(request, secret.ptr == NULL ? webhook_fresh_secret(request->arena) : secret);
    params[2] = webhook_param_sealed(request, webhook_fresh_signing_key(request->arena));
    params[3] = webhook_param_time(request, now_us);
    params[4] = webhook_param_time(request, now_us + overlap_us);
    /* Of those that are still good, the four newest sign on; with the one in force that is as many as a delivery has
     * room for. */
    webhook_run(request, PG_WRITE,
                (struct sql){STR("update core.webhook w set"
                                 " old_secrets = array[w.secret] || " GOOD_SECRETS ", old_signing_keys ="
                                 " array[case when w.signature = 'v1a' then w.signing_key else '' end] || " GOOD_KEYS
                                 ", old_until = array[$5] || " GOOD_TIMES ","
                                 " secret = $2, signing_key = case when w.signing_key = '' then '' else $3 end,"
                                 " updated_at = $4 where id = $1 and deleted_at is null returning " WEBHOOK_COLUMNS),
                             types, ARRAY_LEN(types)},
                params, on_changed, request);
}

/* Replays. */

#define REPLAY_COLUMNS                                                                                                 \
    "r.id, r.webhook_id, r.from_at, r.to_at, r.operations, r.filter, r.undelivered, r.rate_limit, r.cancelled,"        \
    " r.read_count, r.sent_count, r.created_at, r.finished_at"

static void read_replay(struct request *request, const struct pg_result *result, size_t row, struct replay *out)
{
    *out = (struct replay){
        .id = pg_uuid_at(result, row, 0),
        .webhook_id = pg_uuid_at(result, row, 1),
        .from_us = pg_time_at(result, row, 2),
        .to_us = pg_time_at(result, row, 3),
        .filter = pg_text_at(result, row, 5),
        .undelivered = pg_bool_at(result, row, 6),
        .rate = pg_text_at(result, row, 7),
        .cancelled = pg_bool_at(result, row, 8),
        .events_read = pg_int_at(result, row, 9),
        .deliveries_made = pg_int_at(result, row, 10),
        .created_us = pg_time_at(result, row, 11),
        .finished_us = pg_time_at(result, row, 12),
    };
    out->operations = webhook_column_texts(request, result, row, 4, &out->operation_count);
}

static void on_replay_stands(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct task *task = context;
    struct request *request = task->request;
    struct err err;
    if (failure != NULL && strcmp(failure->sqlstate, "23505") == 0) {
        err_fail_tag(&err, ERR_CONFLICT, "REPLAY_RUNNING",
                     "A replay of this webhook is running. Wait for its end, or cancel it with DELETE");
        request_fail_status(request, 409, &err);
    } else if (failure != NULL) {
        request_fail_pg(request, failure);
    } else if (pg_rows(results[0]) == 0) {
        webhook_not_found(request);
    } else {
        read_replay(request, results[0], 0, &task->replay);
        replay_put_json(&request->exchange->body, &task->replay);
        request_finish(request, 202);
    }
}

/* `seq` begins just before the first change of that time. */
static void insert_replay(struct task *task)
{
    static const uint32_t types[] = {SQL_UUID, SQL_UUID, SQL_TIMESTAMPTZ, SQL_TIMESTAMPTZ, SQL_TEXT_ARRAY,
                                     SQL_TEXT, SQL_BOOL, SQL_TEXT,        SQL_TIMESTAMPTZ};
    struct request *request = task->request;
    const struct replay *replay = &task->replay;
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, ARRAY_LEN(types));
    struct uuid job = fresh_id();
    params[0] = param_uuid(request->arena, &job);
    params[1] = param_uuid(request->arena, &task->id);
    params[2] = webhook_param_time(request, replay->from_us);
    params[3] = webhook_param_time(request, replay->to_us);
    params[4] = webhook_param_texts(request, replay->operations, replay->operation_count);
    params[5] = webhook_param_text(replay->filter);
    params[6] = param_text(replay->undelivered ? STR("t") : STR("f"));
    params[7] = param_text(replay->rate);
    params[8] = webhook_param_time(request, replay->created_us);
    webhook_run(
        request, PG_WRITE,
        (struct sql){STR("insert into core.replay as r (id, webhook_id, from_at, to_at, operations, filter,"
                         " undelivered, rate_limit, seq, created_at)"
                         " select $1, w.id, $3, $4, $5, $6, $7, $8, coalesce((select min(o.seq) from core.outbox o"
                         " where o.created_at >= $3 and o.created_at < $4), 1) - 1, $9 from core.webhook w"
                         " where w.id = $2 and w.deleted_at is null returning " REPLAY_COLUMNS),
                     types, ARRAY_LEN(types)},
        params, on_replay_stands, task);
}

static void on_read_to_replay(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct task *task = context;
    struct request *request = task->request;
    const struct replay *replay = &task->replay;
    struct webhook webhook;
    struct err err;
    if (!first_row(request, results, failure, &webhook)) {
        return;
    }
    bool own = replay->operations != NULL;
    if (webhook.disabled_us != 0) {
        webhook_refuse(request, "The webhook is disabled: resume it before a replay");
    } else if (!webhook_check_filter(request->arena, request->model->catalogue,
                                     own ? replay->operations : webhook.operations,
                                     own ? replay->operation_count : webhook.operation_count, replay->filter, &err)) {
        request_fail(request, &err);
    } else {
        insert_replay(task);
    }
}

static void on_replays(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    struct strbuf *body = &request->exchange->body;
    if (failure != NULL) {
        request_fail_pg(request, failure);
        return;
    }
    strbuf_puts(body, "{\"data\":[");
    for (size_t i = 0; i < pg_rows(results[0]); i++) {
        struct replay replay;
        read_replay(request, results[0], i, &replay);
        strbuf_puts(body, i == 0 ? "" : ",");
        replay_put_json(body, &replay);
    }
    strbuf_puts(body, "]}");
    request_finish(request, 200);
}

static void on_cancelled(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    if (failure != NULL) {
        request_fail_pg(request, failure);
    } else {
        strbuf_puts(&request->exchange->body, pg_rows(results[0]) > 0 ? "true" : "false");
        request_finish(request, 200);
    }
}

static void replay(struct request *request, const struct uuid *id)
{
    static const uint32_t types[] = {SQL_UUID};
    enum http_method method = request->exchange->request.method;
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, 1);
    struct err err;
    params[0] = param_uuid(request->arena, id);
    if (method == HTTP_DELETE) {
        webhook_run(
            request, PG_WRITE,
            (struct sql){STR("update core.replay set finished_at = now(), cancelled = true where webhook_id = $1"
                             " and finished_at is null and event_id is null returning id"),
                         types, 1},
            params, on_cancelled, request);
        return;
    }
    if (method != HTTP_POST) {
        webhook_run(request, PG_READ,
                    (struct sql){STR("select " REPLAY_COLUMNS " from core.replay r where webhook_id = $1"
                                     " and event_id is null order by created_at desc limit 60"),
                                 types, 1},
                    params, on_replays, request);
        return;
    }
    struct task *task = task_new(request, id);
    const struct json *body = webhook_body(request, false, &err);
    if (body == NULL || !replay_read(request->arena, body, request_now_us(), &task->replay, &err)) {
        request_fail(request, &err);
        return;
    }
    webhook_read(request, id, on_read_to_replay, task);
}

static const struct webhook_action actions[] = {
    {"test", "POST, OPTIONS", test},
    {"pause", "POST, OPTIONS", pause_it},
    {"resume", "POST, OPTIONS", resume},
    {"rotateSecret", "POST, OPTIONS", rotate},
    {"replay", "GET, HEAD, POST, DELETE, OPTIONS", replay},
};

const struct webhook_action *webhook_action_find(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
        if (str_is(name, actions[i].name)) {
            return &actions[i];
        }
    }
    return NULL;
}

struct str webhook_action_allows(const struct webhook_action *action)
{
    return str_from(action->allows);
}

void handle_webhook_action(struct request *request, const struct settings_route *route)
{
    struct uuid id;
    if (request_parse_id(request, route->id_text, &id)) {
        route->action->act(request, &id);
    }
}

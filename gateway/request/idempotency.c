/*
 * Idempotency-Key. A write with a key first claims it, in a statement of its own; the write's transaction then puts the
 * answer beside the claim, so either both are there or neither, whatever dies in between. A claim whose holder died
 * before its commit can be taken over after a minute; should the holder be alive after all, its transaction finds its
 * token gone and is rolled back.
 *
 * Kept are successes and the refusals that stand as long as the records do (400, 404, 412, 422) of requests that got as
 * far as a claim; what is wrong with the request itself is found before. Other failures give the key back: the next
 * attempt is a new one.
 */
#include "common/observe/log.h"
#include "common/text/encode.h"
#include "gateway/request/request_private.h"
#include "gateway/sql/sql_type.h"

enum { KEY_MAX = 255, TYPES_MAX = 6 };

struct idempotency {
    struct pg_param key_id;
    struct pg_param key;
    struct pg_param token;
    struct str fingerprint;
    void (*next)(struct request *request);
    struct str remembered; /* by the write's transaction; empty: nothing yet */
    bool over;
    int status;
    struct pg_job job;
    struct pg_command command;
};

static const uint32_t types[TYPES_MAX] = {SQL_UUID, SQL_TEXT, SQL_UUID, SQL_TEXT, SQL_TEXT, SQL_TEXT};

static struct idempotency *idempotency_of(struct request *request)
{
    return request->idempotency;
}

/* $1 to $3 are the key's; `more` come behind. */
static struct pg_command key_command(struct request *request, struct str text, const struct pg_param *more,
                                     size_t count)
{
    const struct idempotency *idempotency = request->idempotency;
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, TYPES_MAX);
    params[0] = idempotency->key_id;
    params[1] = idempotency->key;
    params[2] = idempotency->token;
    for (size_t i = 0; i < count; i++) {
        params[3 + i] = more[i];
    }
    return request_command(request, (struct sql){text, types, 3 + count}, params);
}

static void submit(struct request *request, struct pg_command command,
                   void (*on_done)(void *, struct pg_result *const *, const struct pg_failure *))
{
    struct idempotency *idempotency = request->idempotency;
    idempotency->command = command;
    idempotency->job = (struct pg_job){.kind = PG_WRITE,
                                       .commands = &idempotency->command,
                                       .command_count = 1,
                                       .cost = 1,
                                       .on_done = on_done,
                                       .context = request};
    pg_submit(request->worker->executor.fast, &idempotency->job);
}

/* ---- the beginning ---- */

static void refuse(struct request *request, int status, const char *tag, const char *sentence)
{
    struct err err;
    request->idempotency->over = true;
    err_fail_tag(&err, ERR_CONFLICT, tag, "%s", sentence);
    request_fail_status(request, status, &err);
}

void idempotency_refuse_in_use(struct request *request)
{
    request_add_header(request, "Retry-After", STR("1"));
    refuse(request, 409, "IDEMPOTENCY_KEY_IN_USE",
           "The first request with this Idempotency-Key is still at work. Try again in a moment");
}

static void replay(struct request *request, const struct pg_result *found)
{
    struct str status = STR_EMPTY;
    struct str type = STR_EMPTY;
    struct str body = STR_EMPTY;
    (void)pg_value(found, 0, 2, &status);
    if (pg_value(found, 0, 3, &type)) {
        request->content_type = arena_copy(request->arena, type);
    }
    (void)pg_value(found, 0, 4, &body);
    if (!unseal(request->arena, request->worker->settings->answer_key, body, &body)) {
        refuse(
            request, 500, "INTERNAL_SERVER_ERROR",
            "The answer that was kept for this Idempotency-Key was sealed with another secret_key than the server's");
        return;
    }
    request->idempotency->over = true;
    strbuf_put(&request->exchange->body, body);
    request_add_header(request, "Idempotency-Replayed", STR("true"));
    request_finish(request, (int)pg_get_int8(status));
}

static void on_claimed(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    struct idempotency *idempotency = request->idempotency;
    struct str claimed = STR_EMPTY;
    struct str fingerprint = STR_EMPTY;
    struct str status;
    if (failure != NULL) {
        idempotency->over = true;
        request_fail_pg(request, failure);
        return;
    }
    request_note_job(request, &idempotency->job);
    /* No row: the other one's claim was made while this statement ran. */
    if (pg_rows(results[0]) == 0) {
        idempotency_refuse_in_use(request);
        return;
    }
    if (pg_value(results[0], 0, 0, &claimed) && pg_get_bool(claimed)) {
        idempotency->next(request);
        return;
    }
    (void)pg_value(results[0], 0, 1, &fingerprint);
    if (!str_eq(fingerprint, idempotency->fingerprint)) {
        refuse(request, 422, "IDEMPOTENCY_KEY_REUSED",
               "This Idempotency-Key was used with another request. Take a new key for a new request");
    } else if (!pg_value(results[0], 0, 2, &status)) {
        idempotency_refuse_in_use(request);
    } else {
        replay(request, results[0]);
    }
}

static void claim(struct request *request)
{
    static const struct str text = STR_INIT(
        "with claimed as (insert into core.idempotency as i (key_id, key, token, fingerprint) values ($1, $2, $3, $4)"
        " on conflict (key_id, key) do update set token = $3, fingerprint = $4, status = null, content_type = null,"
        " body = null, created_at = now()"
        " where i.created_at < now() - case when i.status is null then interval '1 minute' else interval '24 hours' end"
        " returning 1)"
        " select true, null::text, null::smallint, null::text, null::text from claimed union all"
        " select false, fingerprint, status, content_type, body from core.idempotency"
        " where key_id = $1 and key = $2 and not exists (select from claimed)");
    struct pg_param fingerprint = param_text(request->idempotency->fingerprint);
    submit(request, key_command(request, text, &fingerprint, 1), on_claimed);
}

static bool is_key(struct str key)
{
    bool good = key.len > 0 && key.len <= KEY_MAX;
    for (size_t i = 0; i < key.len; i++) {
        good = good && key.ptr[i] >= ' ' && key.ptr[i] <= '~';
    }
    return good;
}

static struct str fingerprint_of(const struct request *request)
{
    const struct http_request *http = &request->exchange->request;
    struct strbuf text = {0};
    uint8_t digest[SHA256_LEN];
    strbuf_put(&text, http->method_text);
    strbuf_put_char(&text, ' ');
    strbuf_put(&text, http->target);
    strbuf_put_char(&text, '\n');
    strbuf_put(&text, http->body);
    sha256(strbuf_str(&text), digest);
    strbuf_clear(&text);
    base64url_put(&text, str_of((const char *)digest, sizeof digest));
    struct str copy = arena_copy(request->arena, strbuf_str(&text));
    strbuf_release(&text);
    return copy;
}

void idempotency_begin(struct request *request, void (*next)(struct request *request))
{
    struct str key = http_header_get(&request->exchange->request, "idempotency-key");
    if (key.ptr == NULL) {
        next(request);
        return;
    }
    if (!is_key(key)) {
        struct err err;
        err_fail_tag(&err, ERR_INVALID, "INVALID_IDEMPOTENCY_KEY",
                     "Idempotency-Key must be 1 to %d printable ASCII characters", KEY_MAX);
        request_fail(request, &err);
        return;
    }
    uint8_t random[16];
    random_bytes(random, sizeof random);
    struct uuid token = uuid_v4(random);
    request->idempotency = ARENA_NEW(request->arena, struct idempotency);
    *request->idempotency = (struct idempotency){.key_id = param_uuid(request->arena, &request->key_id),
                                                 .key = param_text(key),
                                                 .token = param_uuid(request->arena, &token),
                                                 .fingerprint = fingerprint_of(request),
                                                 .next = next};
    claim(request);
}

/* ---- within the write ---- */

static struct str answer_of(struct request *request, const struct plan_result *result)
{
    struct strbuf body = {0};
    rest_put_result(&body, request->arena, &request->operation.plan, result);
    struct str copy = arena_copy(request->arena, strbuf_str(&body));
    strbuf_release(&body);
    return copy;
}

static struct pg_param status_param(struct request *request, int status)
{
    return param_text(arena_printf(request->arena, "%d", status));
}

/* Sealed, since an answer may show what is sealed everywhere else, such as a webhook's secret. */
static struct pg_param body_param(struct request *request, struct str body)
{
    return param_text(seal(request->arena, request->worker->settings->answer_key, body));
}

/* NULL: JSON, as usual. */
static struct pg_param type_param(const struct request *request)
{
    return request->content_type.len == 0 ? param_null() : param_text(request->content_type);
}

size_t idempotency_remember(struct request *request, int status, struct str body, struct pg_command *out)
{
    /* The division fails, and with it the transaction, when the key is held by another by now. */
    static const struct str text =
        STR_INIT("with done as (update core.idempotency set status = $4::smallint, body = $5, content_type = $6"
                 " where key_id = $1 and key = $2 and token = $3 and status is null returning 1)"
                 " select 1 / count(*) from done");
    request->idempotency->remembered = body;
    struct pg_param more[3] = {status_param(request, status), body_param(request, body), type_param(request)};
    *out = key_command(request, text, more, ARRAY_LEN(more));
    return 1;
}

size_t idempotency_on_commit(void *context, const struct plan_result *result, struct pg_command *out)
{
    struct request *request = context;
    if (request->idempotency == NULL) {
        return 0;
    }
    return idempotency_remember(request, rest_success_status(&request->operation.plan), answer_of(request, result),
                                out);
}

bool idempotency_lost(const struct request *request, const struct pg_failure *failure)
{
    return request->idempotency != NULL && !request->idempotency->over && strcmp(failure->sqlstate, "22012") == 0;
}

/* ---- the end ---- */

static void on_ended(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    (void)results;
    if (failure != NULL) {
        /* What was written stays written; the worst is that the key is in use for a minute. */
        log_begin(LOG_LEVEL_WARN, "idempotency_not_kept");
        log_str("id", request->id);
        log_str("detail", str_from(failure->detail));
        log_end();
    }
    request_send(request, request->idempotency->status);
}

static bool is_kept(int status)
{
    return status < 300 || status == 400 || status == 404 || status == 412 || status == 422;
}

bool idempotency_ends(struct request *request, int status)
{
    static const struct str keep = STR_INIT("update core.idempotency set status = $4::smallint, body = $5,"
                                            " content_type = $6 where key_id = $1 and key = $2 and token = $3");
    static const struct str give_back =
        STR_INIT("delete from core.idempotency where key_id = $1 and key = $2 and token = $3 and status is null");
    struct idempotency *idempotency = idempotency_of(request);
    struct str body = strbuf_str(&request->exchange->body);
    if (idempotency == NULL || idempotency->over) {
        return false;
    }
    idempotency->over = true;
    idempotency->status = status;
    if (status < 300 && idempotency->remembered.len > 0 && str_eq(body, idempotency->remembered)) {
        return false;
    }
    struct pg_param more[3] = {status_param(request, status), body_param(request, body), type_param(request)};
    submit(request,
           is_kept(status) && !request->not_kept ? key_command(request, keep, more, ARRAY_LEN(more))
                                                 : key_command(request, give_back, NULL, 0),
           on_ended);
    return true;
}

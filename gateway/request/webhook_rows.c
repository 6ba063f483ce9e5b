#include "gateway/request/webhook_rows.h"

#include "common/base/secret.h"
#include "common/crypto/digest.h"
#include "common/text/encode.h"
#include "common/webhook/webhook_keys.h"

static const struct json_limits body_limits = {.max_depth = 16, .max_nodes = 4096};

/* By the one decoder of arrays that there is. */
const struct str *webhook_column_texts(struct request *request, const struct pg_result *result, size_t row, size_t at,
                                       size_t *count)
{
    static const struct str none[1];
    struct str bytes;
    struct value value;
    *count = 0;
    if (!pg_value(result, row, at, &bytes) || !value_from_pg(request->arena, COLUMN_TEXT_ARRAY, bytes, false, &value) ||
        value.null) {
        return NULL;
    }
    *count = value.as.array.count;
    return *count == 0 ? none : value.as.array.items;
}

static bool open_seal(struct request *request, struct str sealed, struct str *out)
{
    *out = STR_EMPTY;
    return sealed.len == 0 || unseal(request->arena, request->worker->settings->webhook_key, sealed, out);
}

static bool open_headers(struct request *request, struct str sealed, struct webhook *out)
{
    struct str text;
    if (sealed.len == 0) {
        return true;
    }
    const struct json *json =
        open_seal(request, sealed, &text) ? json_parse(request->arena, text, &body_limits, NULL) : NULL;
    return json != NULL && webhook_headers_read(request->arena, json, &out->headers, &out->header_count, NULL);
}

static bool open_all(struct request *request, const struct pg_result *result, size_t row, struct webhook *out)
{
    struct str signing_key;
    if (!open_seal(request, pg_text_at(result, row, 4), &out->secret) ||
        !open_headers(request, pg_text_at(result, row, 14), out) ||
        !open_seal(request, pg_text_at(result, row, 17), &signing_key)) {
        return false;
    }
    if (str_is(out->signature, "v1a")) {
        out->public_key = webhook_public_key(request->arena, signing_key);
    }
    return true;
}

bool webhook_read_row(struct request *request, const struct pg_result *result, size_t row, struct webhook *out)
{
    *out = (struct webhook){
        .id = pg_uuid_at(result, row, 0),
        .target_url = pg_text_at(result, row, 1),
        .description = pg_text_at(result, row, 3),
        .created_us = pg_time_at(result, row, 5),
        .updated_us = pg_time_at(result, row, 6),
        .application_id = pg_uuid_at(result, row, 7),
        .order = pg_text_at(result, row, 8),
        .retry_schedule = pg_text_at(result, row, 9),
        .rate_limit = pg_text_at(result, row, 10),
        .filter = pg_text_at(result, row, 11),
        .payload = pg_text_at(result, row, 13),
        .max_bytes = pg_int_at(result, row, 15),
        .signature = pg_text_at(result, row, 16),
        .paused = pg_bool_at(result, row, 18),
        .disabled_us = pg_time_at(result, row, 19),
        .disabled_reason = pg_text_at(result, row, 20),
        .failing_since_us = pg_time_at(result, row, 21),
        .old_until_us = pg_time_at(result, row, 22),
        .authorities = pg_text_at(result, row, 23),
        .client_certificate = pg_text_at(result, row, 24),
    };
    out->operations = webhook_column_texts(request, result, row, 2, &out->operation_count);
    out->fields = webhook_column_texts(request, result, row, 12, &out->field_count);
    if (open_all(request, result, row, out)) {
        return true;
    }
    struct err err;
    err_fail_tag(&err, ERR_INTERNAL, "INTERNAL_SERVER_ERROR",
                 "The webhook's secret was sealed with another secret_key than the server's");
    request_fail(request, &err);
    return false;
}

void webhook_run(struct request *request, enum pg_job_kind kind, struct sql sql, const struct pg_param *params,
                 webhook_done on_done, void *context)
{
    request->commands[0] = request_command(request, sql, params);
    request->job = (struct pg_job){
        .kind = kind, .commands = request->commands, .command_count = 1, .on_done = on_done, .context = context};
    pg_submit(request->worker->executor.slow, &request->job);
}

void webhook_read(struct request *request, const struct uuid *id, webhook_done on_done, void *context)
{
    static const uint32_t types[] = {SQL_UUID};
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, 1);
    params[0] = param_uuid(request->arena, id);
    webhook_run(request, PG_READ,
                (struct sql){STR("select " WEBHOOK_COLUMNS " from core.webhook w where id = $1 and deleted_at is null"),
                             types, 1},
                params, on_done, context);
}

void webhook_answer(struct request *request, const struct pg_result *result, int status)
{
    struct webhook webhook;
    if (pg_rows(result) == 0) {
        webhook_not_found(request);
    } else if (webhook_read_row(request, result, 0, &webhook)) {
        webhook_put_json(&request->exchange->body, &webhook);
        request_finish(request, status);
    }
}

void webhook_not_found(struct request *request)
{
    struct err err;
    err_fail_tag(&err, ERR_NOT_FOUND, "WEBHOOK_NOT_FOUND", "Webhook not found");
    request_fail(request, &err);
}

void webhook_refuse(struct request *request, const char *sentence)
{
    struct err err;
    err_fail_tag(&err, ERR_INVALID, "INVALID_WEBHOOK_INPUT", "%s", sentence);
    request_fail(request, &err);
}

struct json *webhook_body(struct request *request, bool optional, struct err *err)
{
    struct str text = request->exchange->request.body;
    return json_parse(request->arena, optional && text.len == 0 ? STR("{}") : text, &body_limits, err);
}

struct pg_param webhook_param_time(struct request *request, int64_t us)
{
    struct value value = {.kind = COLUMN_TIMESTAMPTZ, .as.us = us};
    return param_value(request->arena, &value);
}

struct pg_param webhook_param_texts(struct request *request, const struct str *texts, size_t count)
{
    struct value value = {.kind = COLUMN_TEXT_ARRAY, .null = texts == NULL};
    value.as.array.items = texts;
    value.as.array.count = count;
    return param_value(request->arena, &value);
}

struct pg_param webhook_param_text(struct str text)
{
    return text.ptr == NULL ? param_null() : param_text(text);
}

struct pg_param webhook_param_sealed(struct request *request, struct str secret)
{
    return param_text(seal(request->arena, request->worker->settings->webhook_key, secret));
}

struct str webhook_fresh_secret(struct arena *arena)
{
    enum { SECRET_BYTES = 32 };
    uint8_t random[SECRET_BYTES];
    random_bytes(random, sizeof random);
    struct strbuf hex = {0};
    hex_put(&hex, str_of((const char *)random, sizeof random));
    struct str secret = arena_copy(arena, strbuf_str(&hex));
    strbuf_release(&hex);
    return secret;
}

struct str webhook_fresh_signing_key(struct arena *arena)
{
    uint8_t seed[WEBHOOK_SEED_LEN];
    random_bytes(seed, sizeof seed);
    struct str key = webhook_signing_key(arena, seed);
    secret_wipe(seed, sizeof seed);
    return key;
}

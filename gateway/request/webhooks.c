/*
 * /rest/metadata/webhooks (contract: metadata sections 1 and 8). Rows of core.webhook, on the slow pool; the dispatcher
 * sees a change through core.version in the same snapshot as the events that follow it. Secrets are sealed at rest.
 */
#include "gateway/metadata/webhook.h"

#include "common/crypto/digest.h"
#include "common/text/encode.h"
#include "common/text/url.h"
#include "gateway/request/request_private.h"
#include "gateway/sql/sql_type.h"

enum { PAGE_DEFAULT = 60, PAGE_MAX = 200, SECRET_BYTES = 32 };

#define WEBHOOK_COLUMNS                                                                                                \
    "id, target_url, operations, description, secret, created_at, updated_at,"                                         \
    " (select application_custom_id from core.workspace)"

static const struct json_limits body_limits = {.max_depth = 16, .max_nodes = 4096};

struct listing {
    struct request *request;
    size_t limit;
    bool forward_given, backward_given, alias;
    struct uuid cursor;
};

static struct str column(const struct pg_result *result, size_t row, size_t at)
{
    struct str bytes;
    return pg_value(result, row, at, &bytes) ? bytes : STR_EMPTY;
}

/* text[] in binary format, by the one decoder there is. */
static void read_operations(struct request *request, struct str bytes, struct webhook *out)
{
    struct value value;
    if (value_from_pg(request->arena, COLUMN_TEXT_ARRAY, bytes, false, &value) && !value.null) {
        out->operations = value.as.array.items;
        out->operation_count = value.as.array.count;
    }
}

/* A uuid column that is never NULL. */
static struct uuid column_uuid(const struct pg_result *result, size_t row, size_t at)
{
    struct uuid uuid = {0};
    struct str bytes = column(result, row, at);
    if (bytes.len == sizeof uuid.bytes) {
        memcpy(uuid.bytes, bytes.ptr, sizeof uuid.bytes);
    }
    return uuid;
}

static bool read_row(struct request *request, const struct pg_result *result, size_t row, struct webhook *out)
{
    *out = (struct webhook){.target_url = column(result, row, 1),
                            .description = column(result, row, 3),
                            .created_us = pg_get_timestamptz(column(result, row, 5)),
                            .updated_us = pg_get_timestamptz(column(result, row, 6))};
    out->id = column_uuid(result, row, 0);
    out->application_id = column_uuid(result, row, 7);
    read_operations(request, column(result, row, 2), out);
    struct str sealed = column(result, row, 4);
    if (sealed.len == 0 || unseal(request->arena, request->worker->settings->webhook_key, sealed, &out->secret)) {
        return true;
    }
    struct err err;
    err_fail_tag(&err, ERR_INTERNAL, "INTERNAL_SERVER_ERROR",
                 "The webhook's secret was sealed with another secret_key than the server's");
    request_fail(request, &err);
    return false;
}

static void run(struct request *request, enum pg_job_kind kind, struct sql sql, const struct pg_param *params,
                void (*on_done)(void *context, struct pg_result *const *results, const struct pg_failure *failure),
                void *context)
{
    request->commands[0] = request_command(request, sql, params);
    request->job = (struct pg_job){
        .kind = kind, .commands = request->commands, .command_count = 1, .on_done = on_done, .context = context};
    pg_submit(request->worker->executor.slow, &request->job);
}

static void not_found(struct request *request)
{
    struct err err;
    err_fail_tag(&err, ERR_NOT_FOUND, "WEBHOOK_NOT_FOUND", "Webhook not found");
    request_fail(request, &err);
}

static bool parse_id(struct request *request, struct str text, struct uuid *out)
{
    if (uuid_parse(text, out)) {
        return true;
    }
    struct err err;
    err_fail_tag(&err, ERR_INVALID, NULL, "'%.*s' is not a valid UUID", STR_ARG(str_cut(text, 80)));
    request_fail(request, &err);
    return false;
}

/* Reads. */

static void on_read(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    struct webhook webhook;
    if (failure != NULL) {
        request_fail_pg(request, failure);
    } else if (pg_rows(results[0]) == 0) {
        /* An unknown webhook reads as null: 200 and an empty body (contract 1.3). */
        request_finish(request, 200);
    } else if (read_row(request, results[0], 0, &webhook)) {
        webhook_put_json(&request->exchange->body, &webhook);
        request_finish(request, 200);
    }
}

static void read_one(struct request *request, const struct uuid *id)
{
    static const uint32_t types[] = {SQL_UUID};
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, 1);
    params[0] = param_uuid(request->arena, id);
    run(request, PG_READ,
        (struct sql){STR("select " WEBHOOK_COLUMNS " from core.webhook where id = $1 and deleted_at is null"), types,
                     1},
        params, on_read, request);
}

static void put_page_info(struct strbuf *out, bool next, bool previous, const struct webhook *first,
                          const struct webhook *last)
{
    strbuf_printf(out,
                  "\"pageInfo\":{\"hasNextPage\":%s,\"hasPreviousPage\":%s,\"startCursor\":", next ? "true" : "false",
                  previous ? "true" : "false");
    const struct webhook *ends[] = {first, last};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
        strbuf_puts(out, i == 0 ? "" : ",\"endCursor\":");
        if (ends[i] == NULL) {
            strbuf_puts(out, "null");
        } else {
            strbuf_put_char(out, '"');
            uuid_put(out, &ends[i]->id);
            strbuf_put_char(out, '"');
        }
    }
    strbuf_puts(out, "}");
}

/* The window [from, to) of all webhooks, oldest first, that the parameters ask for. */
static void window(const struct listing *listing, const struct webhook *all, size_t count, size_t *from, size_t *to)
{
    size_t at = count;
    for (size_t i = 0; i < count; i++) {
        if (uuid_eq(&all[i].id, &listing->cursor)) {
            at = i;
        }
    }
    if (listing->backward_given) {
        *to = at == count ? 0 : at;
        *from = *to > listing->limit ? *to - listing->limit : 0;
        return;
    }
    *from = !listing->forward_given ? 0 : at == count ? count : at + 1;
    *to = count - *from > listing->limit ? *from + listing->limit : count;
}

static void put_list(struct request *request, const struct listing *listing, const struct webhook *all, size_t count)
{
    struct strbuf *body = &request->exchange->body;
    size_t from = 0;
    size_t to = count;
    if (!listing->alias) {
        window(listing, all, count, &from, &to);
        strbuf_puts(body, "{\"data\":");
    }
    strbuf_put_char(body, '[');
    for (size_t i = from; i < to; i++) {
        strbuf_puts(body, i == from ? "" : ",");
        webhook_put_json(body, &all[i]);
    }
    strbuf_put_char(body, ']');
    if (!listing->alias) {
        bool next = listing->backward_given || to < count;
        bool previous = listing->backward_given ? from > 0 : listing->forward_given;
        strbuf_put_char(body, ',');
        put_page_info(body, next, previous, from < to ? &all[from] : NULL, from < to ? &all[to - 1] : NULL);
        strbuf_printf(body, ",\"totalCount\":%zu}", count);
    }
    request_finish(request, 200);
}

static void on_list(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct listing *listing = context;
    struct request *request = listing->request;
    if (failure != NULL) {
        request_fail_pg(request, failure);
        return;
    }
    size_t count = pg_rows(results[0]);
    struct webhook *all = ARENA_ARRAY(request->arena, struct webhook, count + 1);
    for (size_t i = 0; i < count; i++) {
        if (!read_row(request, results[0], i, &all[i])) {
            return;
        }
    }
    put_list(request, listing, all, count);
}

static bool read_cursor(const struct query_params *params, const char *name, struct uuid *out, bool *given,
                        struct err *err)
{
    const struct query_param *param = query_get(params, name);
    *given = param != NULL && param->value.len > 0;
    if (*given && !uuid_parse(param->value, out)) {
        return err_fail(err, ERR_INVALID, 0, "Invalid cursor: %.*s", STR_ARG(str_cut(param->value, 80)));
    }
    return true;
}

static bool read_listing(struct request *request, struct listing *out, struct err *err)
{
    struct query_params params;
    if (!query_parse(request->arena, request->exchange->request.query, &params, err) ||
        !read_cursor(&params, "starting_after", &out->cursor, &out->forward_given, err) ||
        !read_cursor(&params, "ending_before", &out->cursor, &out->backward_given, err)) {
        return false;
    }
    if (out->forward_given && out->backward_given) {
        return err_fail(err, ERR_INVALID, 0, "'starting_after' and 'ending_before' cannot be used together.");
    }
    const struct query_param *limit = query_get(&params, "limit");
    int64_t wanted = PAGE_DEFAULT;
    if (limit != NULL && limit->value.len > 0 && !str_to_int64(limit->value, 0, INT64_MAX, &wanted)) {
        return err_fail(err, ERR_INVALID, 0, "limit '%.*s' is invalid. Should be an integer",
                        STR_ARG(str_cut(limit->value, 80)));
    }
    out->limit = wanted > PAGE_MAX ? PAGE_MAX : (size_t)wanted;
    return true;
}

static void list(struct request *request, bool alias)
{
    struct listing *listing = ARENA_NEW(request->arena, struct listing);
    struct err err;
    listing->request = request;
    listing->alias = alias;
    if (!read_listing(request, listing, &err)) {
        request_fail(request, &err);
        return;
    }
    run(request, PG_READ,
        (struct sql){
            STR("select " WEBHOOK_COLUMNS " from core.webhook where deleted_at is null order by created_at, id"), NULL,
            0},
        NULL, on_list, listing);
}

/* Writes. */

static void on_written(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    struct webhook webhook;
    if (failure != NULL) {
        request_fail_pg(request, failure);
    } else if (pg_rows(results[0]) == 0) {
        not_found(request);
    } else if (read_row(request, results[0], 0, &webhook)) {
        webhook_put_json(&request->exchange->body, &webhook);
        request_finish(request, request->exchange->request.method == HTTP_POST ? 201 : 200);
    }
}

static struct json *read_body(struct request *request, struct err *err)
{
    return json_parse(request->arena, request->exchange->request.body, &body_limits, err);
}

static struct str fresh_secret(struct arena *arena)
{
    uint8_t random[SECRET_BYTES];
    random_bytes(random, sizeof random);
    struct strbuf hex = {0};
    hex_put(&hex, str_of((const char *)random, sizeof random));
    struct str secret = arena_copy(arena, strbuf_str(&hex));
    strbuf_release(&hex);
    return secret;
}

static struct pg_param operations_param(struct request *request, const struct webhook *webhook)
{
    struct value value = {.kind = COLUMN_TEXT_ARRAY};
    value.as.array.items = webhook->operations;
    value.as.array.count = webhook->operation_count;
    return param_value(request->arena, &value);
}

static struct pg_param description_param(const struct webhook *webhook)
{
    return webhook->description.ptr == NULL ? param_null() : param_text(webhook->description);
}

static struct pg_param now_param(struct request *request)
{
    struct value now = {.kind = COLUMN_TIMESTAMPTZ, .as.us = request_now_us()};
    return param_value(request->arena, &now);
}

static struct pg_param sealed_param(struct request *request, struct str secret)
{
    return param_text(seal(request->arena, request->worker->settings->webhook_key, secret));
}

static void create(struct request *request)
{
    static const uint32_t types[] = {SQL_UUID, SQL_TEXT, SQL_TEXT_ARRAY, SQL_TEXT, SQL_TEXT, SQL_TIMESTAMPTZ};
    struct webhook webhook;
    struct webhook_given given;
    struct err err;
    struct json *body = read_body(request, &err);
    if (body == NULL || !webhook_read_create(request->arena, body, &webhook, &given, &err)) {
        request_fail(request, &err);
        return;
    }
    if (!given.id) {
        uint8_t random[16];
        random_bytes(random, sizeof random);
        webhook.id = uuid_v4(random);
    }
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, ARRAY_LEN(types));
    params[0] = param_uuid(request->arena, &webhook.id);
    params[1] = param_text(webhook.target_url);
    params[2] = operations_param(request, &webhook);
    params[3] = description_param(&webhook);
    params[4] = sealed_param(request, given.secret ? webhook.secret : fresh_secret(request->arena));
    params[5] = now_param(request);
    run(request, PG_WRITE,
        (struct sql){STR("insert into core.webhook (id, target_url, operations, description, secret, created_at,"
                         " updated_at) values ($1, $2, $3, $4, $5, $6, $6) returning " WEBHOOK_COLUMNS),
                     types, ARRAY_LEN(types)},
        params, on_written, request);
}

static void update(struct request *request, const struct uuid *id)
{
    static const uint32_t types[] = {SQL_UUID, SQL_TEXT, SQL_TEXT_ARRAY, SQL_BOOL, SQL_TEXT, SQL_TEXT, SQL_TIMESTAMPTZ};
    struct webhook webhook;
    struct webhook_given given;
    struct err err;
    struct str text = request->exchange->request.body;
    struct json *body =
        text.len == 0 ? json_parse(request->arena, STR("{}"), &body_limits, &err) : read_body(request, &err);
    if (body == NULL || !webhook_read_update(request->arena, body, &webhook, &given, &err)) {
        request_fail(request, &err);
        return;
    }
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, ARRAY_LEN(types));
    params[0] = param_uuid(request->arena, id);
    params[1] = given.target_url ? param_text(webhook.target_url) : param_null();
    params[2] = given.operations ? operations_param(request, &webhook) : param_null();
    params[3] = param_text(given.description ? STR("t") : STR("f"));
    params[4] = description_param(&webhook);
    params[5] = given.secret ? sealed_param(request, webhook.secret) : param_null();
    params[6] = now_param(request);
    /* A change by hand brings a disabled webhook back. */
    run(request, PG_WRITE,
        (struct sql){STR("update core.webhook set target_url = coalesce($2, target_url),"
                         " operations = coalesce($3, operations),"
                         " description = case when $4 then $5 else description end, secret = coalesce($6, secret),"
                         " updated_at = $7, disabled_at = null, disabled_reason = null"
                         " where id = $1 and deleted_at is null returning " WEBHOOK_COLUMNS),
                     types, ARRAY_LEN(types)},
        params, on_written, request);
}

static void on_removed(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    if (failure != NULL) {
        request_fail_pg(request, failure);
    } else if (pg_rows(results[0]) == 0) {
        not_found(request);
    } else {
        strbuf_puts(&request->exchange->body, "true");
        request_finish(request, 200);
    }
}

static void destroy(struct request *request, const struct uuid *id)
{
    static const uint32_t types[] = {SQL_UUID, SQL_TIMESTAMPTZ};
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, ARRAY_LEN(types));
    params[0] = param_uuid(request->arena, id);
    params[1] = now_param(request);
    run(request, PG_WRITE,
        (struct sql){STR("update core.webhook set deleted_at = $2 where id = $1 and deleted_at is null returning id"),
                     types, ARRAY_LEN(types)},
        params, on_removed, request);
}

static void add_deprecation(struct request *request, struct str id_text)
{
    request_add_header(request, "Deprecation", STR("@1786320000"));
    request_add_header(request, "Link",
                       arena_printf(request->arena, "</rest/metadata/webhooks%s%.*s>; rel=\"successor-version\"",
                                    id_text.ptr == NULL ? "" : "/", STR_ARG(id_text)));
}

void handle_webhooks(struct request *request, struct str id_text, bool alias)
{
    enum http_method method = request->exchange->request.method;
    struct uuid id;
    if (alias) {
        add_deprecation(request, id_text);
    }
    if (id_text.ptr == NULL) {
        if (method == HTTP_POST) {
            create(request);
        } else {
            list(request, alias);
        }
        return;
    }
    if (!parse_id(request, id_text, &id)) {
        return;
    }
    if (method == HTTP_PATCH) {
        update(request, &id);
    } else if (method == HTTP_DELETE) {
        destroy(request, &id);
    } else {
        read_one(request, &id);
    }
}

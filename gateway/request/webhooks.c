/*
 * /rest/metadata/webhooks (contract: metadata sections 1 and 8). Rows of core.webhook, on the slow pool; the dispatcher
 * sees a change through core.version in the same snapshot as the events that follow it. Secrets are sealed at rest.
 */
#include "gateway/metadata/webhook.h"

#include "common/crypto/digest.h"
#include "gateway/metadata/page.h"
#include "gateway/metadata/webhook_check.h"
#include "gateway/request/webhook_rows.h"

struct listing {
    struct request *request;
    struct page_params page;
    bool alias;
};

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
    } else if (webhook_read_row(request, results[0], 0, &webhook)) {
        webhook_put_json(&request->exchange->body, &webhook);
        request_finish(request, 200);
    }
}

/* Oldest first. */
static void put_list(struct request *request, const struct listing *listing, const struct webhook *all, size_t count)
{
    struct strbuf *body = &request->exchange->body;
    struct uuid *ids = ARENA_ARRAY(request->arena, struct uuid, count + 1);
    for (size_t i = 0; i < count; i++) {
        ids[i] = all[i].id;
    }
    struct page page = {.to = count};
    if (!listing->alias) {
        page = page_of_listed(&listing->page, ids, count);
        strbuf_puts(body, "{\"data\":");
    }
    strbuf_put_char(body, '[');
    for (size_t i = page.from; i < page.to; i++) {
        strbuf_puts(body, i == page.from ? "" : ",");
        webhook_put_json(body, &all[i]);
    }
    strbuf_put_char(body, ']');
    if (!listing->alias) {
        strbuf_put_char(body, ',');
        page_put(body, &page, ids);
        strbuf_put_char(body, '}');
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
        if (!webhook_read_row(request, results[0], i, &all[i])) {
            return;
        }
    }
    put_list(request, listing, all, count);
}

static void list(struct request *request, bool alias)
{
    struct listing *listing = ARENA_NEW(request->arena, struct listing);
    struct err err;
    listing->request = request;
    listing->alias = alias;
    if (!page_params_read(request->arena, request->exchange->request.query, &listing->page, &err)) {
        request_fail(request, &err);
        return;
    }
    webhook_run(request, PG_READ,
                (struct sql){STR("select " WEBHOOK_COLUMNS
                                 " from core.webhook w where deleted_at is null order by created_at, id"),
                             NULL, 0},
                NULL, on_list, listing);
}

/* Writes. */

/* A column and what it is set to. */
struct setting {
    const char *column;
    enum sql_type type;
    struct pg_param param;
    bool keep; /* where the column has something already, that stays */
};

enum { SETTINGS_MAX = 24 };

struct settings {
    struct setting list[SETTINGS_MAX];
    size_t count;
};

static void set(struct settings *settings, bool given, const char *column, enum sql_type type, struct pg_param param)
{
    if (given) {
        settings->list[settings->count++] = (struct setting){column, type, param, false};
    }
}

static void set_unless_there(struct settings *settings, bool given, const char *column, enum sql_type type,
                             struct pg_param param)
{
    if (given) {
        settings->list[settings->count++] = (struct setting){column, type, param, true};
    }
}

static struct pg_param headers_param(struct request *request, const struct webhook *webhook)
{
    if (webhook->header_count == 0) {
        return param_text(STR(""));
    }
    struct strbuf json = {0};
    webhook_headers_put(&json, webhook->headers, webhook->header_count);
    struct pg_param param = webhook_param_sealed(request, strbuf_str(&json));
    strbuf_release(&json);
    return param;
}

static void gather_delivery(struct request *request, const struct webhook *webhook, const struct webhook_given *given,
                            struct settings *out)
{
    struct arena *arena = request->arena;
    bool v1a = given->signature && str_is(webhook->signature, "v1a");
    bool pauses = given->paused && webhook->paused;
    set(out, given->order, "delivery_order", SQL_TEXT, webhook_param_text(webhook->order));
    set(out, given->retry_schedule, "retry_schedule", SQL_TEXT, webhook_param_text(webhook->retry_schedule));
    set(out, given->rate_limit, "rate_limit", SQL_TEXT, webhook_param_text(webhook->rate_limit));
    set(out, given->filter, "filter", SQL_TEXT, webhook_param_text(webhook->filter));
    set(out, given->fields, "fields", SQL_TEXT_ARRAY,
        webhook_param_texts(request, webhook->fields, webhook->field_count));
    set(out, given->payload, "payload", SQL_TEXT, webhook_param_text(webhook->payload));
    set(out, given->headers, "headers", SQL_TEXT, headers_param(request, webhook));
    set(out, given->max_bytes, "max_bytes", SQL_INT8,
        webhook->max_bytes == 0 ? param_null() : param_int(arena, webhook->max_bytes));
    set(out, given->signature, "signature", SQL_TEXT, webhook_param_text(webhook->signature));
    set(out, given->authorities, "authorities", SQL_TEXT, webhook_param_text(webhook->authorities));
    set(out, given->client, "client_certificate", SQL_TEXT, webhook_param_text(webhook->client_certificate));
    set(out, given->client, "client_key", SQL_TEXT,
        webhook->client_key.ptr == NULL ? param_null() : webhook_param_sealed(request, webhook->client_key));
    if (v1a) {
        set_unless_there(out, true, "signing_key", SQL_TEXT,
                         webhook_param_sealed(request, webhook_fresh_signing_key(arena)));
    }
    set_unless_there(out, pauses, "paused_at", SQL_TIMESTAMPTZ, webhook_param_time(request, request_now_us()));
    set(out, given->paused && !pauses, "paused_at", SQL_TIMESTAMPTZ, param_null());
}

static void gather(struct request *request, const struct webhook *webhook, const struct webhook_given *given,
                   struct settings *out)
{
    set(out, given->target_url, "target_url", SQL_TEXT, webhook_param_text(webhook->target_url));
    set(out, given->operations, "operations", SQL_TEXT_ARRAY,
        webhook_param_texts(request, webhook->operations, webhook->operation_count));
    set(out, given->description, "description", SQL_TEXT, webhook_param_text(webhook->description));
    set(out, given->secret, "secret", SQL_TEXT, webhook_param_sealed(request, webhook->secret));
    set(out, true, "updated_at", SQL_TIMESTAMPTZ, webhook_param_time(request, request_now_us()));
    gather_delivery(request, webhook, given, out);
}

/* $1 is the id, then come the settings. */
static void write(struct request *request, const struct uuid *id, const struct settings *settings, struct strbuf *text,
                  webhook_done on_done)
{
    uint32_t *types = ARENA_ARRAY(request->arena, uint32_t, settings->count + 1);
    struct pg_param *params = ARENA_ARRAY(request->arena, struct pg_param, settings->count + 1);
    types[0] = SQL_UUID;
    params[0] = param_uuid(request->arena, id);
    for (size_t i = 0; i < settings->count; i++) {
        types[i + 1] = settings->list[i].type;
        params[i + 1] = settings->list[i].param;
    }
    struct str sql = arena_copy(request->arena, strbuf_str(text));
    strbuf_release(text);
    webhook_run(request, PG_WRITE, (struct sql){sql, types, settings->count + 1}, params, on_done, request);
}

static void on_created(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    if (failure != NULL) {
        request_fail_pg(request, failure);
    } else {
        webhook_answer(request, results[0], 201);
    }
}

static void on_updated(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    if (failure != NULL) {
        request_fail_pg(request, failure);
    } else {
        webhook_answer(request, results[0], 200);
    }
}

static void insert(struct request *request, const struct uuid *id, const struct settings *settings)
{
    struct strbuf text = {0};
    strbuf_puts(&text, "insert into core.webhook as w (id, created_at");
    for (size_t i = 0; i < settings->count; i++) {
        strbuf_printf(&text, ", %s", settings->list[i].column);
    }
    strbuf_puts(&text, ") values ($1, ");
    for (size_t i = 0; i < settings->count; i++) {
        if (str_is(str_from(settings->list[i].column), "updated_at")) {
            strbuf_printf(&text, "$%zu", i + 2); /* created at the same time */
        }
    }
    for (size_t i = 0; i < settings->count; i++) {
        strbuf_printf(&text, ", $%zu", i + 2);
    }
    strbuf_puts(&text, ") returning " WEBHOOK_COLUMNS);
    write(request, id, settings, &text, on_created);
}

static void create(struct request *request)
{
    struct webhook webhook;
    struct webhook_given given;
    struct settings settings = {.count = 0};
    struct err err;
    struct json *body = webhook_body(request, false, &err);
    if (body == NULL || !webhook_read_create(request->arena, body, &webhook, &given, &err) ||
        !webhook_check(request->arena, request->model->catalogue, &webhook, &err)) {
        request_fail(request, &err);
        return;
    }
    if (!given.id) {
        uint8_t random[16];
        random_bytes(random, sizeof random);
        webhook.id = uuid_v4(random);
    }
    if (!given.secret) {
        webhook.secret = webhook_fresh_secret(request->arena);
    }
    given.operations = given.secret = true;
    gather(request, &webhook, &given, &settings);
    insert(request, &webhook.id, &settings);
}

/* A change. */

struct change_of {
    struct request *request;
    struct uuid id;
    struct webhook webhook;
    struct webhook_given given;
};

/* A change by hand brings a disabled webhook back, and one's own secret is the only one from then on. */
static void update(struct change_of *change)
{
    struct request *request = change->request;
    struct settings settings = {.count = 0};
    struct strbuf text = {0};
    gather(request, &change->webhook, &change->given, &settings);
    strbuf_puts(&text, "with healed as (delete from core.webhook_health h using core.webhook d"
                       " where h.webhook_id = $1 and d.id = $1 and d.disabled_at is not null)"
                       " update core.webhook w set disabled_at = null, disabled_reason = null");
    if (change->given.secret) {
        strbuf_puts(&text, ", old_secrets = '{}', old_signing_keys = '{}', old_until = '{}'");
    }
    for (size_t i = 0; i < settings.count; i++) {
        const struct setting *setting = &settings.list[i];
        const char *column = setting->column;
        if (!setting->keep) {
            strbuf_printf(&text, ", %s = $%zu", column, i + 2);
        } else if (setting->type == SQL_TEXT) {
            strbuf_printf(&text, ", %s = coalesce(nullif(w.%s, ''), $%zu)", column, column, i + 2);
        } else {
            strbuf_printf(&text, ", %s = coalesce(w.%s, $%zu)", column, column, i + 2);
        }
    }
    strbuf_puts(&text, " where id = $1 and deleted_at is null returning " WEBHOOK_COLUMNS);
    write(request, &change->id, &settings, &text, on_updated);
}

/* Filter, fields and operations are checked as they will be together. */
static void on_read_to_change(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct change_of *change = context;
    struct request *request = change->request;
    const struct webhook_given *given = &change->given;
    struct webhook webhook;
    struct err err;
    if (failure != NULL) {
        request_fail_pg(request, failure);
        return;
    }
    if (pg_rows(results[0]) == 0) {
        webhook_not_found(request);
        return;
    }
    if (!webhook_read_row(request, results[0], 0, &webhook)) {
        return;
    }
    if (given->operations) {
        webhook.operations = change->webhook.operations;
        webhook.operation_count = change->webhook.operation_count;
    }
    if (given->fields) {
        webhook.fields = change->webhook.fields;
        webhook.field_count = change->webhook.field_count;
    }
    webhook.filter = given->filter ? change->webhook.filter : webhook.filter;
    if (!webhook_check(request->arena, request->model->catalogue, &webhook, &err)) {
        request_fail(request, &err);
        return;
    }
    update(change);
}

static void begin_update(struct request *request, const struct uuid *id)
{
    struct change_of *change = ARENA_NEW(request->arena, struct change_of);
    const struct webhook_given *given = &change->given;
    struct err err;
    struct json *body = webhook_body(request, true, &err);
    change->request = request;
    change->id = *id;
    if (body == NULL || !webhook_read_update(request->arena, body, &change->webhook, &change->given, &err)) {
        request_fail(request, &err);
    } else if (given->operations || given->filter || given->fields) {
        webhook_read(request, id, on_read_to_change, change);
    } else {
        update(change);
    }
}

static void on_removed(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct request *request = context;
    if (failure != NULL) {
        request_fail_pg(request, failure);
    } else if (pg_rows(results[0]) == 0) {
        webhook_not_found(request);
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
    params[1] = webhook_param_time(request, request_now_us());
    webhook_run(
        request, PG_WRITE,
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
    if (!request_parse_id(request, id_text, &id)) {
        return;
    }
    if (method == HTTP_PATCH) {
        begin_update(request, &id);
    } else if (method == HTTP_DELETE) {
        destroy(request, &id);
    } else {
        webhook_read(request, &id, on_read, request);
    }
}

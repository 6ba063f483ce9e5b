#include "dispatcher/consume/lookup.h"
#include "common/base/alloc.h"
#include "common/observe/log.h"
#include "dispatcher/consume/query.h"
#include <stdlib.h>

struct lookup {
    struct query query;
    struct uuid workspace_id;
    webhooks_callback on_webhooks;
    events_callback on_events;
    decided_callback on_decided;
    void *context;
};

static struct lookup *lookup_new(void *context)
{
    struct lookup *lookup = xcalloc(1, sizeof(*lookup));
    lookup->context = context;
    return lookup;
}

static void lookup_free(struct lookup *lookup)
{
    query_release(&lookup->query);
    free(lookup);
}

static bool succeeded(const struct pg_failure *failure, const char *what)
{
    if (failure != NULL && failure->err.code != ERR_UNAVAILABLE) {
        log_line(LOG_LEVEL_ERROR, what, "%s", failure->detail);
    }
    return failure == NULL;
}

/* Webhooks. */

static const struct pg_statement webhooks_statement = {
    .sql = STR_INIT("select v.version, s.id, w.id, w.target_url, w.operations, w.secret, w.from_seq,"
                    " w.disabled_at is not null, w.delivery_order, w.retry_schedule, w.rate_limit, w.filter, w.fields,"
                    " w.payload = 'thin', w.headers, w.max_bytes::bigint,"
                    " case when w.signature = 'v1a' then w.signing_key else '' end, w.paused_at is not null,"
                    " w.old_secrets, w.old_signing_keys,"
                    " array(select (extract(epoch from u) * 1000000)::bigint::text from unnest(w.old_until) u),"
                    " h.failing_since, h.noticed::bigint, p.id, p.rate_limit,"
                    " w.authorities, w.client_certificate, w.client_key"
                    " from core.version v cross join core.workspace s"
                    " left join core.webhook w on w.deleted_at is null"
                    " left join core.webhook_health h on h.webhook_id = w.id"
                    " left join lateral (select r.id, r.rate_limit from core.replay r where r.webhook_id = w.id"
                    " and r.finished_at is null order by r.event_id is null, r.created_at limit 1) p on true where "
                    "v.kind = 'webhooks' order by w.id"),
};

static uint32_t get_be32(const char *bytes)
{
    const unsigned char *at = (const unsigned char *)bytes;
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* PostgreSQL's binary form of a text[] of one dimension: dimensions, a flag, the element type, then size and lower
 * bound, then the elements, each behind its length. */
size_t lookup_texts(struct arena *arena, struct str value, struct str **out)
{
    enum { ARRAY_HEADER = 20, NULL_ELEMENT = -1 };
    if (value.len < ARRAY_HEADER || get_be32(value.ptr) != 1) {
        return 0;
    }
    size_t count = get_be32(value.ptr + 12);
    size_t found = 0;
    size_t at = ARRAY_HEADER;
    *out = ARENA_ARRAY(arena, struct str, value.len / 4);
    while (found < count && at + 4 <= value.len) {
        int32_t len = (int32_t)get_be32(value.ptr + at);
        at += 4;
        if (len == NULL_ELEMENT) {
            count--;
            continue;
        }
        if ((size_t)len > value.len - at) {
            break;
        }
        (*out)[found++] = str_of(value.ptr + at, (size_t)len);
        at += (size_t)len;
    }
    return found;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void shape_from_row(struct arena *arena, const struct pg_result *result, size_t row, struct webhook_row *out)
{
    struct str value;
    out->filter = pg_text_at(result, row, 11);
    if (pg_value(result, row, 12, &value)) {
        out->fields = ARENA_NEW(arena, struct str); /* not NULL, also when there are none */
        out->field_count = lookup_texts(arena, value, &out->fields);
    }
    out->thin = pg_bool_at(result, row, 13);
    out->headers = pg_text_at(result, row, 14);
    out->max_bytes = pg_int_at(result, row, 15);
    out->signing_key = pg_text_at(result, row, 16);
    out->paused = pg_bool_at(result, row, 17);
    size_t secrets = lookup_texts(arena, pg_text_at(result, row, 18), &out->old_secrets);
    size_t keys = lookup_texts(arena, pg_text_at(result, row, 19), &out->old_signing_keys);
    size_t times = lookup_texts(arena, pg_text_at(result, row, 20), &out->old_until);
    out->old_count = least(least(secrets, keys), times);
    out->failing_since_us = pg_time_at(result, row, 21);
    out->noticed = pg_int_at(result, row, 22);
    out->replay_id = pg_uuid_at(result, row, 23);
    out->replay_rate = pg_text_at(result, row, 24);
}

static void webhook_from_row(struct arena *arena, const struct pg_result *result, size_t row, struct webhook_row *out)
{
    out->id = pg_uuid_at(result, row, 2);
    out->target_url = pg_text_at(result, row, 3);
    out->operation_count = lookup_texts(arena, pg_text_at(result, row, 4), &out->operations);
    out->secret = pg_text_at(result, row, 5);
    out->from_seq = pg_int_at(result, row, 6);
    out->disabled = pg_bool_at(result, row, 7);
    out->order = pg_text_at(result, row, 8);
    out->retry_schedule = pg_text_at(result, row, 9);
    out->rate_limit = pg_text_at(result, row, 10);
    shape_from_row(arena, result, row, out);
    out->authorities = pg_text_at(result, row, 25);
    out->client_certificate = pg_text_at(result, row, 26);
    out->client_key = pg_text_at(result, row, 27);
}

static void on_webhooks(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct lookup *lookup = context;
    struct arena arena = {0};
    struct webhook_rows webhooks = {0};
    bool ok = succeeded(failure, "webhooks_read_failed") && pg_rows(results[0]) > 0;
    if (ok) {
        const struct pg_result *result = results[0];
        struct str ignored;
        webhooks.version = pg_int_at(result, 0, 0);
        webhooks.workspace_id = pg_uuid_at(result, 0, 1);
        webhooks.rows = ARENA_ARRAY(&arena, struct webhook_row, pg_rows(result));
        for (size_t row = 0; row < pg_rows(result); row++) {
            if (pg_value(result, row, 2, &ignored)) {
                webhook_from_row(&arena, result, row, &webhooks.rows[webhooks.count++]);
            }
        }
    }
    lookup->on_webhooks(lookup->context, ok, &webhooks);
    arena_release(&arena);
    lookup_free(lookup);
}

void lookup_webhooks(struct pg_pool *pool, webhooks_callback on_done, void *context)
{
    struct lookup *lookup = lookup_new(context);
    lookup->on_webhooks = on_done;
    query_run(&lookup->query, pool, &webhooks_statement, on_webhooks, lookup);
}

/* Events. */

static const uint32_t events_types[] = {PG_INT8_ARRAY, PG_TIMESTAMPTZ_ARRAY};
static const struct pg_statement events_statement = {
    .sql = STR_INIT("select o.event_id, o.seq, o.object_id, o.object_name, o.action, o.record_id, o.record,"
                    " o.updated_fields, o.created_at from unnest($1, $2) as wanted(seq, created_at)"
                    " cross join lateral (select * from core.outbox where seq = wanted.seq"
                    " and created_at = wanted.created_at limit 1) o"),
    .param_types = events_types,
    .param_count = ARRAY_LEN(events_types),
};

static void on_events(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct lookup *lookup = context;
    bool ok = succeeded(failure, "events_read_failed");
    size_t rows = ok ? pg_rows(results[0]) : 0;
    struct stored_event **events = xcalloc(rows + 1, sizeof(struct stored_event *));
    size_t count = 0;
    for (size_t row = 0; row < rows; row++) {
        struct event event = {.workspace_id = lookup->workspace_id};
        event.id = pg_uuid_at(results[0], row, 0);
        event.sequence = pg_int_at(results[0], row, 1);
        event.object_id = pg_uuid_at(results[0], row, 2);
        event.object_name = pg_text_at(results[0], row, 3);
        event.record_id = pg_uuid_at(results[0], row, 5);
        event.record = pg_text_at(results[0], row, 6);
        event.updated_fields = pg_text_at(results[0], row, 7);
        event.created_us = pg_time_at(results[0], row, 8);
        if (event_action_parse(pg_text_at(results[0], row, 4), &event.action)) {
            events[count++] = stored_event_new(&event);
        }
    }
    lookup->on_events(lookup->context, ok, events, count);
    for (size_t i = 0; i < count; i++) {
        stored_event_unref(events[i]);
    }
    free(events);
    lookup_free(lookup);
}

void lookup_events(struct pg_pool *pool, const struct event_key *keys, size_t count, struct uuid workspace_id,
                   events_callback on_done, void *context)
{
    struct lookup *lookup = lookup_new(context);
    struct strbuf *texts = lookup->query.texts;
    lookup->on_events = on_done;
    lookup->workspace_id = workspace_id;
    array_open(&texts[0]);
    array_open(&texts[1]);
    for (size_t i = 0; i < count; i++) {
        array_put_int(&texts[0], keys[i].seq);
        array_put_time(&texts[1], keys[i].created_us);
    }
    array_close(&texts[0]);
    array_close(&texts[1]);
    query_run(&lookup->query, pool, &events_statement, on_events, lookup);
}

/* Decided deliveries. */

static const uint32_t decided_types[] = {PG_INT8_ARRAY};
static const struct pg_statement decided_statement = {
    .sql = STR_INIT("select webhook_id, event_id from core.attempt where outcome <> 'failed' and seq = any($1)"
                    " union select webhook_id, event_id from core.pending where seq = any($1)"),
    .param_types = decided_types,
    .param_count = ARRAY_LEN(decided_types),
};

static void on_decided(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct lookup *lookup = context;
    bool ok = succeeded(failure, "decided_read_failed");
    size_t count = ok ? pg_rows(results[0]) : 0;
    struct decided_row *rows = xcalloc(count + 1, sizeof(*rows));
    for (size_t row = 0; row < count; row++) {
        rows[row] = (struct decided_row){pg_uuid_at(results[0], row, 0), pg_uuid_at(results[0], row, 1)};
    }
    lookup->on_decided(lookup->context, ok, rows, count);
    free(rows);
    lookup_free(lookup);
}

void lookup_decided(struct pg_pool *pool, const int64_t *seqs, size_t count, decided_callback on_done, void *context)
{
    struct lookup *lookup = lookup_new(context);
    lookup->on_decided = on_done;
    array_open(&lookup->query.texts[0]);
    for (size_t i = 0; i < count; i++) {
        array_put_int(&lookup->query.texts[0], seqs[i]);
    }
    array_close(&lookup->query.texts[0]);
    query_run(&lookup->query, pool, &decided_statement, on_decided, lookup);
}

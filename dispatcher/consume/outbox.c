#include "dispatcher/consume/outbox.h"
#include "common/base/alloc.h"
#include "common/observe/log.h"
#include "dispatcher/consume/query.h"
#include <stdlib.h>

#define EVENT_COLUMNS                                                                                                  \
    "o.event_id, o.seq, o.object_id, o.object_name, o.action, o.record_id, o.record, o.updated_fields, o.created_at"
#define HEAD                                                                                                           \
    "head as materialized (select pg_current_snapshot()::text as now,"                                                 \
    " (select version from core.version where kind = 'webhooks') as version)"

enum { COLUMN_NOW, COLUMN_VERSION, COLUMN_EVENT };

/*
 * What is usual: a few new rows. Each part has an order that only the index on (xid, seq) has, a limit that the planner
 * can see, and a range where an equation would let it drop xid from the order, so that it has no other way than that
 * index, however large the table and whatever it believes to be in there. A part that comes back full may not be all.
 */
#define FEW_MOST 500
#define FEW_TEXT "500"
static const uint32_t few_types[] = {PG_TEXT};
static const struct pg_statement few_statement = {
    .sql = STR_INIT("with " HEAD ", fresh as materialized ("
                    "(select * from core.outbox where xid >= pg_snapshot_xmax($1::text::pg_snapshot)"
                    " order by xid, seq limit " FEW_TEXT ") union all"
                    " (select o.* from pg_snapshot_xip($1::text::pg_snapshot) as running(xid) cross join lateral"
                    " (select * from core.outbox where xid between running.xid and running.xid"
                    " order by xid, seq limit " FEW_TEXT ") o limit " FEW_TEXT "))"
                    " select head.now, head.version, " EVENT_COLUMNS " from head left join fresh o on true"
                    " order by o.seq"),
    .param_types = few_types,
    .param_count = ARRAY_LEN(few_types),
};

/*
 * More than that: the first $2 of them by seq. The keys are gathered first, in a fence that the planner may not look
 * through: with ORDER BY and LIMIT in sight it would walk the whole history by seq to find the few new rows. Then the
 * rows are fetched by key, one by one (LIMIT 1): left to itself the planner, which expects a full piece each time,
 * would rather read the whole table.
 */
static const uint32_t many_types[] = {PG_TEXT, PG_INT8};
static const struct pg_statement many_statement = {
    .sql = STR_INIT("with " HEAD ", fresh as materialized ("
                    " select seq, created_at from core.outbox where xid >= pg_snapshot_xmax($1::text::pg_snapshot)"
                    " union all"
                    " select o.seq, o.created_at from pg_snapshot_xip($1::text::pg_snapshot) as running(xid)"
                    " cross join lateral (select seq, created_at from core.outbox"
                    " where xid between running.xid and running.xid) o),"
                    " piece as materialized (select seq, created_at from fresh order by seq limit $2)"
                    " select head.now, head.version, " EVENT_COLUMNS " from head left join"
                    " (piece cross join lateral (select * from core.outbox where seq = piece.seq"
                    " and created_at = piece.created_at limit 1) o) on true"
                    " order by o.seq"),
    .param_types = many_types,
    .param_count = ARRAY_LEN(many_types),
};

/* Inside a backlog the index on seq leads straight to the next rows. */
static const uint32_t piece_types[] = {PG_TEXT, PG_INT8, PG_TEXT, PG_INT8};
static const struct pg_statement piece_statement = {
    .sql = STR_INIT("with " HEAD " select head.now, head.version, " EVENT_COLUMNS " from head left join lateral"
                    " (select * from core.outbox where seq > $4"
                    " and not pg_visible_in_snapshot(xid, $1::text::pg_snapshot)"
                    " and pg_visible_in_snapshot(xid, $3::text::pg_snapshot) order by seq limit $2) o on true"
                    " order by o.seq"),
    .param_types = piece_types,
    .param_count = ARRAY_LEN(piece_types),
};

struct outbox {
    struct loop *loop;
    struct pg_pool *pool;
    struct outbox_options options;
    struct cursor cursor;
    struct query query;
    struct loop_timer poll;
    bool many;  /* the usual read has found more than it may bring */
    bool held;  /* a batch is with the caller */
    bool woken; /* look again as soon as possible */
    bool dead;  /* freed while a read was under way */
};

void cursor_set(struct cursor *cursor, struct str snapshot, struct str upper, int64_t upper_seq)
{
    strbuf_clear(&cursor->snapshot);
    strbuf_put(&cursor->snapshot, snapshot);
    strbuf_clear(&cursor->upper);
    strbuf_put(&cursor->upper, upper);
    cursor->upper_seq = upper_seq;
}

void cursor_release(struct cursor *cursor)
{
    strbuf_release(&cursor->snapshot);
    strbuf_release(&cursor->upper);
}

static void outbox_destroy(struct outbox *outbox)
{
    loop_timer_release(&outbox->poll);
    cursor_release(&outbox->cursor);
    query_release(&outbox->query);
    free(outbox);
}

/* False for an action that this version does not know. */
static bool event_from_row(const struct outbox *outbox, const struct pg_result *result, size_t row, struct event *out)
{
    size_t at = COLUMN_EVENT;
    *out = (struct event){.workspace_id = outbox->options.workspace_id};
    out->id = pg_uuid_at(result, row, at++);
    out->sequence = pg_int_at(result, row, at++);
    out->object_id = pg_uuid_at(result, row, at++);
    out->object_name = pg_text_at(result, row, at++);
    struct str action = pg_text_at(result, row, at++);
    out->record_id = pg_uuid_at(result, row, at++);
    out->record = pg_text_at(result, row, at++);
    out->updated_fields = pg_text_at(result, row, at++);
    out->created_us = pg_time_at(result, row, at++);
    return event_action_parse(action, &out->action);
}

static size_t take_events(const struct outbox *outbox, const struct pg_result *result, struct stored_event **events,
                          int64_t *last_seq)
{
    size_t count = 0;
    struct str ignored;
    for (size_t row = 0; row < pg_rows(result); row++) {
        struct event event;
        if (!pg_value(result, row, COLUMN_EVENT, &ignored)) {
            continue; /* the head alone: nothing new */
        }
        if (event_from_row(outbox, result, row, &event)) {
            events[count++] = stored_event_new(&event);
        } else {
            log_begin(LOG_LEVEL_ERROR, "event_action_unknown");
            log_int("seq", event.sequence);
            log_end();
        }
        *last_seq = event.sequence;
    }
    return count;
}

/* Moves the cursor behind a read of `rows` rows. Returns whether the backlog goes on. */
static bool cursor_move(struct outbox *outbox, struct str now, bool full, int64_t last_seq)
{
    struct cursor *cursor = &outbox->cursor;
    bool in_backlog = cursor->upper.len > 0;
    if (full) {
        if (!in_backlog) {
            strbuf_put(&cursor->upper, now);
        }
        cursor->upper_seq = last_seq;
        return true;
    }
    struct strbuf reached = {0};
    strbuf_put(&reached, in_backlog ? strbuf_str(&cursor->upper) : now);
    cursor_set(cursor, strbuf_str(&reached), STR_EMPTY, 0);
    strbuf_release(&reached);
    return in_backlog;
}

static void hand_over(struct outbox *outbox, const struct pg_result *result)
{
    size_t rows = pg_rows(result);
    struct stored_event **events = xcalloc(rows + 1, sizeof(struct stored_event *));
    int64_t last_seq = 0;
    struct str ignored;
    bool any = rows > 0 && pg_value(result, 0, COLUMN_EVENT, &ignored);
    struct outbox_batch batch = {.events = events, .after = &outbox->cursor};
    batch.count = take_events(outbox, result, events, &last_seq);
    batch.webhooks_version = pg_int_at(result, 0, COLUMN_VERSION);
    batch.more = cursor_move(outbox, pg_text_at(result, 0, COLUMN_NOW), any && rows >= outbox->options.batch, last_seq);
    outbox->held = true;
    outbox->woken = outbox->woken || batch.more;
    outbox->options.on_batch(outbox->options.context, &batch);
    for (size_t i = 0; i < batch.count; i++) {
        stored_event_unref(events[i]);
    }
    free(events);
}

static void look(void *context);

/* Has the usual read brought all there is, and no more than a batch may have? */
static bool fits(const struct outbox *outbox, const struct pg_result *result)
{
    size_t rows = pg_rows(result);
    return rows < FEW_MOST && rows < outbox->options.batch;
}

static void on_read(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct outbox *outbox = context;
    outbox->query.running = false;
    if (outbox->dead) {
        outbox_destroy(outbox);
    } else if (failure != NULL) {
        if (failure->err.code != ERR_UNAVAILABLE) {
            log_line(LOG_LEVEL_ERROR, "outbox_read_failed", "%s", failure->detail);
        }
        loop_timer_start(&outbox->poll, outbox->options.poll_us);
    } else if (!outbox->many && outbox->cursor.upper.len == 0 && !fits(outbox, results[0])) {
        outbox->many = true;
        look(outbox);
    } else {
        outbox->many = false;
        hand_over(outbox, results[0]);
    }
}

static void put_cursor(struct outbox *outbox)
{
    struct strbuf *texts = outbox->query.texts;
    for (size_t i = 0; i < QUERY_PARAMS_MAX_COUNT; i++) {
        strbuf_clear(&texts[i]);
    }
    strbuf_put(&texts[0], strbuf_str(&outbox->cursor.snapshot));
    strbuf_put_uint(&texts[1], outbox->options.batch);
    strbuf_put(&texts[2], strbuf_str(&outbox->cursor.upper));
    strbuf_put_int(&texts[3], outbox->cursor.upper_seq);
}

static void look(void *context)
{
    struct outbox *outbox = context;
    if (outbox->query.running || outbox->held) {
        return;
    }
    loop_timer_stop(&outbox->poll);
    outbox->woken = false;
    put_cursor(outbox);
    const struct pg_statement *statement = outbox->many ? &many_statement : &few_statement;
    query_run(&outbox->query, outbox->pool, outbox->cursor.upper.len > 0 ? &piece_statement : statement, on_read,
              outbox);
}

struct outbox *outbox_new(struct loop *loop, struct pg_pool *pool, const struct outbox_options *options,
                          const struct cursor *from)
{
    struct outbox *outbox = xcalloc(1, sizeof(*outbox));
    outbox->loop = loop;
    outbox->pool = pool;
    outbox->options = *options;
    cursor_set(&outbox->cursor, strbuf_str(&from->snapshot), strbuf_str(&from->upper), from->upper_seq);
    loop_timer_init(&outbox->poll, loop, look, outbox);
    look(outbox);
    return outbox;
}

void outbox_continue(struct outbox *outbox)
{
    if (!outbox->held) {
        return;
    }
    outbox->held = false;
    /* Through the timer also when there is more: the caller is still at work on the batch. */
    loop_timer_start(&outbox->poll, outbox->woken ? 0 : outbox->options.poll_us);
}

void outbox_wake(struct outbox *outbox)
{
    outbox->woken = true;
    if (!outbox->held && !outbox->query.running) {
        loop_timer_start(&outbox->poll, 0);
    }
}

void outbox_free(struct outbox *outbox)
{
    if (outbox == NULL) {
        return;
    }
    if (outbox->query.running) {
        outbox->dead = true;
        loop_timer_stop(&outbox->poll);
    } else {
        outbox_destroy(outbox);
    }
}

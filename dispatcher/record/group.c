#include "dispatcher/record/group.h"
#include "common/base/alloc.h"
#include "dispatcher/record/columns.h"
#include <assert.h>
#include <stdlib.h>

enum { ATTEMPT_COLUMNS = 19, PENDING_COLUMNS = 10, PARAMS_MAX = 20 };

/* In the order of group_prepare's statements. */
enum command {
    FENCE,
    ATTEMPTS,
    UPSERTS,
    DELETES,
    DISABLES,
    HEALTH,
    NOTICES,
    REPLAYS,
    PURGE,
    REFILL,
    COMMAND_COUNT = REFILL + GROUP_READS
};

/* The outbox's for an event about a webhook, and its time. */
#define ABOUT_COLUMNS "event_id, object_id, object_name, action, record_id, record, created_at"
#define NOW_MS        "date_trunc('milliseconds', now())"

#define PENDING_COLUMNS_SQL                                                                                            \
    "p.webhook_id, p.event_id, p.seq, p.event_created_at, p.record_id, p.attempt,"                                     \
    " case p.state when 'retry' then 0 when 'in_flight' then 1 else 2 end, p.next_at, p.last_status"

struct group {
    struct strbuf attempts[ATTEMPT_COLUMNS];
    struct strbuf pending[PENDING_COLUMNS];
    struct strbuf deletes[2];
    struct strbuf disables[4];
    struct strbuf health[2];
    struct strbuf notices[4];
    struct strbuf replays[5];
    struct strbuf replay_reads[2];
    struct strbuf refills[2];
    struct strbuf due[3];
    struct strbuf unparks[2];
    struct strbuf unparks_all;
    size_t rows[COMMAND_COUNT];
    bool moves;
    struct strbuf snapshot;
    struct strbuf upper;
    struct strbuf upper_seq;
    struct strbuf epoch;
    struct strbuf lease;
    struct strbuf shard;
    struct strbuf shard_count;
    struct pg_param params[COMMAND_COUNT][PARAMS_MAX];
};

/* now() is the time of the transaction's start, which is when the group was sent. */
static const uint32_t fence_types[] = {PG_INT8, PG_INT8, PG_BOOL, PG_TEXT, PG_TEXT, PG_INT8, PG_INT8};
static const uint32_t purge_types[] = {PG_INT8, PG_INT8};
static const uint32_t attempts_types[] = {PG_UUID_ARRAY,        PG_UUID_ARRAY, PG_INT8_ARRAY,        PG_INT8_ARRAY,
                                          PG_TIMESTAMPTZ_ARRAY, PG_INT8_ARRAY, PG_TEXT_ARRAY,        PG_INT8_ARRAY,
                                          PG_TEXT_ARRAY,        PG_TEXT_ARRAY, PG_TIMESTAMPTZ_ARRAY, PG_TEXT_ARRAY,
                                          PG_TEXT_ARRAY,        PG_UUID_ARRAY, PG_TIMESTAMPTZ_ARRAY, PG_INT8_ARRAY,
                                          PG_INT8_ARRAY,        PG_INT8_ARRAY, PG_INT8_ARRAY,        PG_BOOL};
static const uint32_t pending_types[] = {PG_UUID_ARRAY, PG_UUID_ARRAY, PG_INT8_ARRAY, PG_TIMESTAMPTZ_ARRAY,
                                         PG_UUID_ARRAY, PG_INT8_ARRAY, PG_TEXT_ARRAY, PG_TIMESTAMPTZ_ARRAY,
                                         PG_INT8_ARRAY, PG_TEXT_ARRAY};
static const uint32_t deletes_types[] = {PG_UUID_ARRAY, PG_UUID_ARRAY};
static const uint32_t disables_types[] = {PG_UUID_ARRAY, PG_TEXT_ARRAY, PG_UUID_ARRAY, PG_TEXT_ARRAY};
static const uint32_t health_types[] = {PG_UUID_ARRAY, PG_TIMESTAMPTZ_ARRAY};
static const uint32_t notices_types[] = {PG_UUID_ARRAY, PG_INT8_ARRAY, PG_UUID_ARRAY, PG_TEXT_ARRAY};
static const uint32_t replays_types[] = {PG_UUID_ARRAY, PG_INT8_ARRAY, PG_INT8_ARRAY, PG_INT8_ARRAY, PG_INT8_ARRAY};
static const uint32_t replay_reads_types[] = {PG_UUID_ARRAY, PG_INT8_ARRAY};
static const uint32_t refill_types[] = {PG_UUID_ARRAY, PG_INT8_ARRAY};
static const uint32_t due_types[] = {PG_INT8, PG_INT8, PG_INT8};
static const uint32_t unpark_types[] = {PG_UUID_ARRAY, PG_UUID_ARRAY};

static const struct pg_statement statements[COMMAND_COUNT] = {
    [FENCE] = {STR_INIT("with fenced as (update core.cursor set lease_until = now() + $2 * interval '1 microsecond',"
                        " snapshot = case when $3 then $4::text::pg_snapshot else snapshot end,"
                        " upper = case when $3 then nullif($5, '')::pg_snapshot else upper end,"
                        " upper_seq = case when $3 then $6 else upper_seq end, updated_at = now()"
                        " where shard = $7 and epoch = $1 returning 1)"
                        " select 1 / (select count(*)::int from fenced)"),
               fence_types, ARRAY_LEN(fence_types), false},
    [ATTEMPTS] = {STR_INIT("insert into core.attempt (webhook_id, event_id, seq, attempt, started_at, duration_us,"
                           " outcome, status, error, response, next_at, object_name, action, record_id, event_at,"
                           " dns_us, connect_us, tls_us, first_byte_us)"
                           " select n.* from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
                           " $16, $17, $18, $19) as n(webhook_id, event_id, seq, attempt, started_at, duration_us,"
                           " outcome, status, error, response, next_at, object_name, action, record_id, event_at,"
                           " dns_us, connect_us, tls_us, first_byte_us)"
                           " where not $20 or not exists (select from core.attempt a"
                           " where a.webhook_id = n.webhook_id and a.event_id = n.event_id and a.attempt = n.attempt"
                           " and a.started_at = n.started_at and a.outcome = n.outcome)"),
                  attempts_types, ARRAY_LEN(attempts_types), false},
    [UPSERTS] = {STR_INIT("insert into core.pending (webhook_id, event_id, seq, event_created_at, record_id, attempt,"
                          " state, next_at, last_status, last_error)"
                          " select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
                          " on conflict (webhook_id, event_id) do update set attempt = excluded.attempt,"
                          " state = excluded.state, next_at = excluded.next_at, last_status = excluded.last_status,"
                          " last_error = excluded.last_error"),
                 pending_types, ARRAY_LEN(pending_types), false},
    [DELETES] = {STR_INIT("delete from core.pending p using unnest($1, $2) as gone(webhook_id, event_id)"
                          " where p.webhook_id = gone.webhook_id and p.event_id = gone.event_id"),
                 deletes_types, ARRAY_LEN(deletes_types), false},
    /* Others hear of it; a second time, or after somebody else, nothing is done and nothing told. */
    [DISABLES] = {STR_INIT("with done as (update core.webhook w set disabled_at = now(), disabled_reason = n.reason"
                           " from unnest($1, $2, $3, $4) as n(id, reason, event_id, record)"
                           " where w.id = n.id and w.disabled_at is null and w.deleted_at is null returning n.*)"
                           " insert into core.outbox (" ABOUT_COLUMNS ") select event_id, '" EVENT_WEBHOOK_OBJECT_ID
                           "', '" EVENT_WEBHOOK_OBJECT "', 'disabled', id, record, " NOW_MS " from done"),
                  disables_types, ARRAY_LEN(disables_types), false},
    [HEALTH] = {STR_INIT("with n as (select * from unnest($1, $2) as n(id, since)),"
                         " gone as (delete from core.webhook_health h using n where h.webhook_id = n.id"
                         " and n.since is null) insert into core.webhook_health (webhook_id, failing_since)"
                         " select id, since from n where since is not null on conflict (webhook_id)"
                         " do update set failing_since = excluded.failing_since, noticed = 0"),
                health_types, ARRAY_LEN(health_types), false},
    [NOTICES] = {STR_INIT("with told as (update core.webhook_health h set noticed = n.percent"
                          " from unnest($1, $2, $3, $4) as n(id, percent, event_id, record)"
                          " where h.webhook_id = n.id and h.noticed < n.percent returning n.*)"
                          " insert into core.outbox (" ABOUT_COLUMNS ") select event_id, '" EVENT_WEBHOOK_OBJECT_ID
                          "', '" EVENT_WEBHOOK_OBJECT "', 'failing', id, record, " NOW_MS " from told"),
                 notices_types, ARRAY_LEN(notices_types), false},
    /* The second time nothing is left to do. */
    [REPLAYS] = {STR_INIT("update core.replay r set seq = greatest(r.seq, n.seq), read_count = r.read_count + n.events,"
                          " sent_count = r.sent_count + n.made, finished_at = case when n.done > 0 then now() end"
                          " from unnest($1, $2, $3, $4, $5) as n(id, seq, events, made, done)"
                          " where r.id = n.id and r.finished_at is null and (r.seq < n.seq or n.done > 0)"),
                 replays_types, ARRAY_LEN(replays_types), false},
    [PURGE] = {STR_INIT("with gone as (delete from core.pending p where not exists (select from core.webhook w"
                        " where w.id = p.webhook_id and w.deleted_at is null and w.disabled_at is null)"
                        " and core.shard_of(p.webhook_id, $2) = $1 returning p.*)"
                        " insert into core.attempt (webhook_id, event_id, seq, attempt, started_at, duration_us,"
                        " outcome, record_id, event_at) select g.webhook_id, g.event_id, g.seq, g.attempt, now(), 0,"
                        " 'disabled', g.record_id, g.event_created_at"
                        " from gone g join core.webhook w on w.id = g.webhook_id where w.deleted_at is null"),
               purge_types, ARRAY_LEN(purge_types), false},
    [REFILL + READ_REFILL] = {STR_INIT("select " PENDING_COLUMNS_SQL " from unnest($1, $2) as w(id, most)"
                                       " cross join lateral (select * from core.pending where webhook_id = w.id"
                                       " and state = 'in_flight' order by seq limit w.most) p order by p.seq"),
                              refill_types, ARRAY_LEN(refill_types), false},
    [REFILL + READ_DUE] = {STR_INIT("select " PENDING_COLUMNS_SQL " from core.pending p where p.state = 'retry'"
                                    " and p.next_at > to_timestamp(0) + $1 * interval '1 microsecond'"
                                    " and p.next_at <= to_timestamp(0) + $2 * interval '1 microsecond'"
                                    " order by p.next_at fetch first $3 rows with ties"),
                           due_types, ARRAY_LEN(due_types), false},
    [REFILL + READ_UNPARK] = {STR_INIT("select " PENDING_COLUMNS_SQL " from unnest($1, $2) as w(id, record_id)"
                                       " cross join lateral (select * from core.pending where webhook_id = w.id"
                                       " and record_id = w.record_id and state = 'waiting' order by seq limit 64) p"
                                       " order by p.seq"),
                              unpark_types, ARRAY_LEN(unpark_types), false},
    [REFILL + READ_UNPARK_ALL] = {STR_INIT("select " PENDING_COLUMNS_SQL " from unnest($1) as w(id)"
                                           " cross join lateral (select * from core.pending where webhook_id = w.id"
                                           " order by seq limit 64) p order by p.seq"),
                                  unpark_types, 1, false},
    /* A stretch of the outbox, and in it what is of the right operations and does not wait in core.pending, where it is
     * on its way. Who asks for one event by name gets it whatever it is. One row at least for each job that runs. */
    [REFILL + READ_REPLAY] =
        {STR_INIT(
             "select r.id, o.event_id, o.seq, o.object_id, o.object_name, o.action, o.record_id, o.record,"
             " o.updated_fields, o.created_at, r.webhook_id, r.event_id is not null, r.operations, r.filter,"
             " p.state, p.attempt::bigint, s.last, s.count from unnest($1, $2) as n(id, most)"
             " join core.replay r on r.id = n.id and r.finished_at is null"
             " join core.webhook w on w.id = r.webhook_id"
             " cross join lateral (select max(seq) as last, count(*) from (select seq from core.outbox"
             " where created_at >= r.from_at and created_at < r.to_at and seq > r.seq order by seq limit 5000) x) s"
             " left join lateral (select * from core.outbox o where o.created_at >= r.from_at"
             " and o.created_at < r.to_at and o.seq > r.seq and o.seq <= s.last and (o.event_id = r.event_id"
             " or (r.event_id is null and (o.object_name || '.' || o.action = any (w.operations)"
             " or o.object_name || '.*' = any (w.operations) or '*.' || o.action = any (w.operations)"
             " or '*.*' = any (w.operations)) and not exists (select from core.pending q"
             " where q.webhook_id = r.webhook_id and q.event_id = o.event_id)"
             " and (not r.undelivered or not exists (select from core.attempt a where a.webhook_id = r.webhook_id"
             " and a.event_id = o.event_id and a.outcome = 'delivered')))) order by o.seq limit n.most) o on true"
             " left join core.pending p on p.webhook_id = r.webhook_id and p.event_id = o.event_id"
             " order by o.seq"),
         replay_reads_types, ARRAY_LEN(replay_reads_types), false},
};
_Static_assert(GROUP_REPLAY_STRETCH == 5000, "as the statement says");
_Static_assert(GROUP_UNPARK_MOST == 64, "as the statements say");

static const uint32_t piece_types[] = {PG_UUID, PG_UUID, PG_INT8};
const struct pg_statement pending_piece_statement = {
    STR_INIT("select " PENDING_COLUMNS_SQL
             " from core.pending p where p.state <> 'retry' and (p.webhook_id, p.record_id, p.seq) > ($1, $2, $3)"
             /* A number, since with a parameter the planner would rather sort the whole table for each piece. */
             " order by p.webhook_id, p.record_id, p.seq limit 20000"),
    piece_types, ARRAY_LEN(piece_types), false};
_Static_assert(PENDING_PIECE == 20000, "as the statement says");

/* By blocks of the table as it lies, since a million rows in the order of an index are a million places to look at. */
static const uint32_t retries_types[] = {PG_INT8};
const struct pg_statement pending_retries_statement = {
    /* OFFSET 0: the size is asked for once and not for each row. */
    STR_INIT(
        "select one.blocks, p.webhook_id, p.record_id"
        " from (select pg_relation_size('core.pending') / current_setting('block_size')::bigint as blocks offset 0) one"
        " left join core.pending p on p.state = 'retry'"
        " and p.ctid >= format('(%s,0)', $1)::tid and p.ctid < format('(%s,0)', $1 + 500)::tid"),
    retries_types, ARRAY_LEN(retries_types), false};
_Static_assert(PENDING_BLOCKS == 500, "as the statement says");

struct group *group_new(void)
{
    return xcalloc(1, sizeof(struct group));
}

static void release_all(struct strbuf *columns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        strbuf_release(&columns[i]);
    }
}

void group_free(struct group *group)
{
    if (group == NULL) {
        return;
    }
    release_all(group->attempts, ARRAY_LEN(group->attempts));
    release_all(group->pending, ARRAY_LEN(group->pending));
    release_all(group->deletes, ARRAY_LEN(group->deletes));
    release_all(group->disables, ARRAY_LEN(group->disables));
    release_all(group->health, ARRAY_LEN(group->health));
    release_all(group->notices, ARRAY_LEN(group->notices));
    release_all(group->replays, ARRAY_LEN(group->replays));
    release_all(group->replay_reads, ARRAY_LEN(group->replay_reads));
    release_all(group->refills, ARRAY_LEN(group->refills));
    release_all(group->due, ARRAY_LEN(group->due));
    release_all(group->unparks, ARRAY_LEN(group->unparks));
    strbuf_release(&group->unparks_all);
    strbuf_release(&group->snapshot);
    strbuf_release(&group->upper);
    strbuf_release(&group->upper_seq);
    strbuf_release(&group->epoch);
    strbuf_release(&group->lease);
    strbuf_release(&group->shard);
    strbuf_release(&group->shard_count);
    free(group);
}

static void put_status(struct strbuf *column, int status)
{
    if (status > 0) {
        column_put_int(column, status);
    } else {
        column_put_null(column);
    }
}

static void put_failure(struct strbuf *column, enum failure failure)
{
    if (failure != FAILURE_NONE) {
        column_put_text(column, str_from(failure_name(failure)));
    } else {
        column_put_null(column);
    }
}

static void put_event(struct strbuf *columns, const struct attempt_row *row)
{
    if (row->object_name.len == 0) {
        column_put_null(&columns[0]);
        column_put_null(&columns[1]);
    } else {
        column_put_text(&columns[0], row->object_name);
        column_put_text(&columns[1], row->action);
    }
    column_put_uuid(&columns[2], &row->record_id);
    column_put_time(&columns[3], row->event_us);
}

void group_attempt(struct group *group, const struct attempt_row *row)
{
    struct strbuf *columns = group->attempts;
    column_put_uuid(&columns[0], &row->webhook_id);
    column_put_uuid(&columns[1], &row->event_id);
    column_put_int(&columns[2], row->seq);
    column_put_int(&columns[3], row->attempt);
    column_put_time(&columns[4], row->started_us);
    column_put_int(&columns[5], row->duration_us);
    column_put_text(&columns[6], str_from(row->outcome));
    put_status(&columns[7], row->status);
    put_failure(&columns[8], row->failure);
    if (row->response.len > 0) {
        column_put_text(&columns[9], row->response);
    } else {
        column_put_null(&columns[9]);
    }
    if (row->next_at_us > 0) {
        column_put_time(&columns[10], row->next_at_us);
    } else {
        column_put_null(&columns[10]);
    }
    put_event(&columns[11], row);
    for (size_t i = 0; i < ATTEMPT_PARTS; i++) {
        if (row->part_us[i] >= 0) {
            column_put_int(&columns[15 + i], row->part_us[i]);
        } else {
            column_put_null(&columns[15 + i]);
        }
    }
    group->rows[ATTEMPTS]++;
}

static const struct str pending_states[] = {
    [PENDING_RETRY] = STR_INIT("retry"),
    [PENDING_IN_FLIGHT] = STR_INIT("in_flight"),
    [PENDING_WAITING] = STR_INIT("waiting"),
};

void group_pending(struct group *group, const struct pending_row *row)
{
    struct strbuf *columns = group->pending;
    column_put_uuid(&columns[0], &row->webhook_id);
    column_put_uuid(&columns[1], &row->event_id);
    column_put_int(&columns[2], row->seq);
    column_put_time(&columns[3], row->event_created_us);
    column_put_uuid(&columns[4], &row->record_id);
    column_put_int(&columns[5], row->attempt);
    column_put_text(&columns[6], pending_states[row->state]);
    column_put_time(&columns[7], row->next_at_us);
    put_status(&columns[8], row->last_status);
    put_failure(&columns[9], row->last_failure);
    group->rows[UPSERTS]++;
}

void group_pending_delete(struct group *group, const struct uuid *webhook_id, const struct uuid *event_id)
{
    column_put_uuid(&group->deletes[0], webhook_id);
    column_put_uuid(&group->deletes[1], event_id);
    group->rows[DELETES]++;
}

void group_cursor(struct group *group, struct str snapshot, struct str upper, int64_t upper_seq)
{
    strbuf_clear(&group->snapshot);
    strbuf_put(&group->snapshot, snapshot);
    strbuf_clear(&group->upper);
    strbuf_put(&group->upper, upper);
    strbuf_clear(&group->upper_seq);
    strbuf_put_int(&group->upper_seq, upper_seq);
    group->moves = true;
}

void group_disable(struct group *group, const struct uuid *webhook_id, struct str reason, const struct uuid *event_id,
                   struct str record)
{
    column_put_uuid(&group->disables[0], webhook_id);
    column_put_text(&group->disables[1], reason);
    column_put_uuid(&group->disables[2], event_id);
    column_put_text(&group->disables[3], record);
    group->rows[DISABLES]++;
}

void group_health(struct group *group, const struct uuid *webhook_id, int64_t failing_since_us)
{
    column_put_uuid(&group->health[0], webhook_id);
    if (failing_since_us > 0) {
        column_put_time(&group->health[1], failing_since_us);
    } else {
        column_put_null(&group->health[1]);
    }
    group->rows[HEALTH]++;
}

void group_notice(struct group *group, const struct uuid *webhook_id, int percent, const struct uuid *event_id,
                  struct str record)
{
    column_put_uuid(&group->notices[0], webhook_id);
    column_put_int(&group->notices[1], percent);
    column_put_uuid(&group->notices[2], event_id);
    column_put_text(&group->notices[3], record);
    group->rows[NOTICES]++;
}

void group_replay_move(struct group *group, const struct replay_move *move)
{
    column_put_uuid(&group->replays[0], &move->id);
    column_put_int(&group->replays[1], move->seq);
    column_put_int(&group->replays[2], (int64_t)move->events);
    column_put_int(&group->replays[3], (int64_t)move->made);
    column_put_int(&group->replays[4], move->done ? 1 : 0);
    group->rows[REPLAYS]++;
}

void group_replay_read(struct group *group, const struct uuid *replay_id, size_t most)
{
    column_put_uuid(&group->replay_reads[0], replay_id);
    column_put_int(&group->replay_reads[1], (int64_t)most);
    group->rows[REFILL + READ_REPLAY]++;
}

void group_purge(struct group *group)
{
    group->rows[PURGE] = 1;
}

void group_refill(struct group *group, const struct uuid *webhook_id, size_t most)
{
    column_put_uuid(&group->refills[0], webhook_id);
    column_put_int(&group->refills[1], (int64_t)most);
    group->rows[REFILL + READ_REFILL]++;
}

void group_due(struct group *group, int64_t from_us, int64_t to_us, size_t most)
{
    const int64_t values[] = {from_us, to_us, (int64_t)most};
    for (size_t i = 0; i < ARRAY_LEN(values); i++) {
        strbuf_clear(&group->due[i]);
        strbuf_put_int(&group->due[i], values[i]);
    }
    group->rows[REFILL + READ_DUE] = 1;
}

void group_unpark(struct group *group, const struct uuid *webhook_id, const struct uuid *record_id)
{
    if (record_id == NULL) {
        column_put_uuid(&group->unparks_all, webhook_id);
        group->rows[REFILL + READ_UNPARK_ALL]++;
        return;
    }
    column_put_uuid(&group->unparks[0], webhook_id);
    column_put_uuid(&group->unparks[1], record_id);
    group->rows[REFILL + READ_UNPARK]++;
}

size_t group_rows(const struct group *group)
{
    size_t rows = 0;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        rows += group->rows[i];
    }
    return rows;
}

bool group_empty(const struct group *group)
{
    return !group->moves && group_rows(group) == 0;
}

static struct pg_param text_param(struct str text)
{
    return (struct pg_param){text.ptr == NULL ? STR("") : text, false};
}

static void add(struct group_commands *out, struct group *group, enum command command)
{
    out->commands[out->count++] = (struct pg_command){&statements[command], group->params[command]};
}

static void add_columns(struct group_commands *out, struct group *group, enum command command, struct strbuf *columns,
                        size_t count)
{
    if (group->rows[command] == 0) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        group->params[command][i] = text_param(column_finish(&columns[i]));
    }
    add(out, group, command);
}

static void set_int(struct strbuf *text, int64_t value)
{
    strbuf_clear(text);
    strbuf_put_int(text, value);
}

static void add_fence(struct group_commands *out, struct group *group, int64_t epoch, int64_t lease_us)
{
    struct pg_param *params = group->params[FENCE];
    set_int(&group->epoch, epoch);
    set_int(&group->lease, lease_us);
    params[0] = text_param(strbuf_str(&group->epoch));
    params[1] = text_param(strbuf_str(&group->lease));
    params[2] = text_param(group->moves ? STR("t") : STR("f"));
    params[3] = (struct pg_param){strbuf_str(&group->snapshot), !group->moves};
    params[4] = (struct pg_param){text_param(strbuf_str(&group->upper)).value, !group->moves};
    params[5] = (struct pg_param){strbuf_str(&group->upper_seq), !group->moves};
    params[6] = text_param(strbuf_str(&group->shard));
    add(out, group, FENCE);
}

static void add_reads(struct group_commands *out, struct group *group)
{
    for (size_t read = 0; read < GROUP_READS; read++) {
        out->reads[read] = group->rows[REFILL + read] > 0 ? out->count : 0;
        enum command command = (enum command)(REFILL + read);
        switch ((enum group_read)read) {
        case READ_REFILL: add_columns(out, group, command, group->refills, ARRAY_LEN(group->refills)); break;
        case READ_UNPARK: add_columns(out, group, command, group->unparks, ARRAY_LEN(group->unparks)); break;
        case READ_UNPARK_ALL: add_columns(out, group, command, &group->unparks_all, 1); break;
        case READ_REPLAY: add_columns(out, group, command, group->replay_reads, ARRAY_LEN(group->replay_reads)); break;
        case READ_DUE:
            if (group->rows[command] > 0) {
                for (size_t i = 0; i < ARRAY_LEN(group->due); i++) {
                    group->params[command][i] = text_param(strbuf_str(&group->due[i]));
                }
                add(out, group, command);
            }
            break;
        case GROUP_READS: break;
        }
    }
}

void group_prepare(struct group *group, const struct shard *shard, int64_t epoch, int64_t lease_us, bool again,
                   struct group_commands *out)
{
    *out = (struct group_commands){.count = 0};
    set_int(&group->shard, shard->number);
    set_int(&group->shard_count, shard->count);
    group->params[PURGE][0] = text_param(strbuf_str(&group->shard));
    group->params[PURGE][1] = text_param(strbuf_str(&group->shard_count));
    add_fence(out, group, epoch, lease_us);
    group->params[ATTEMPTS][ATTEMPT_COLUMNS] = text_param(again ? STR("t") : STR("f"));
    add_columns(out, group, ATTEMPTS, group->attempts, ATTEMPT_COLUMNS);
    add_columns(out, group, UPSERTS, group->pending, PENDING_COLUMNS);
    add_columns(out, group, DELETES, group->deletes, ARRAY_LEN(group->deletes));
    add_columns(out, group, DISABLES, group->disables, ARRAY_LEN(group->disables));
    add_columns(out, group, HEALTH, group->health, ARRAY_LEN(group->health));
    add_columns(out, group, NOTICES, group->notices, ARRAY_LEN(group->notices));
    add_columns(out, group, REPLAYS, group->replays, ARRAY_LEN(group->replays));
    add_columns(out, group, PURGE, NULL, 0);
    add_reads(out, group);
    assert(out->count <= GROUP_COMMANDS_MAX);
}

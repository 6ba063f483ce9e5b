#include "dispatcher/record/group_sql.h"

/* The outbox hears of a webhook: action, id, record and this time are to follow. */
#define TELL                                                                                                           \
    "insert into core.outbox (event_id, object_id, object_name, action, record_id, record, created_at)"                \
    " select event_id, '" EVENT_WEBHOOK_OBJECT_ID "', '" EVENT_WEBHOOK_OBJECT "'"
#define NOW_MS "date_trunc('milliseconds', now())"

#define ATTEMPT_COLUMNS                                                                                                \
    "webhook_id, event_id, seq, attempt, started_at, duration_us, outcome, status, error, response, next_at,"          \
    " object_name, action, record_id, event_at, dns_us, connect_us, tls_us, first_byte_us"

#define PENDING_COLUMNS_SQL                                                                                            \
    "p.webhook_id, p.event_id, p.seq, p.event_created_at, p.record_id, p.attempt,"                                     \
    " case p.state when 'retry' then 0 when 'in_flight' then 1 else 2 end, p.next_at, p.last_status"

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

const struct pg_statement group_statements[COMMAND_COUNT] = {
    [FENCE] = {STR_INIT("with fenced as (update core.cursor set lease_until = now() + $2 * interval '1 microsecond',"
                        " snapshot = case when $3 then $4::text::pg_snapshot else snapshot end,"
                        " upper = case when $3 then nullif($5, '')::pg_snapshot else upper end,"
                        " upper_seq = case when $3 then $6 else upper_seq end, updated_at = now()"
                        " where shard = $7 and epoch = $1 returning 1)"
                        " select 1 / (select count(*)::int from fenced)"),
               fence_types, ARRAY_LEN(fence_types), false},
    [ATTEMPTS] = {STR_INIT("insert into core.attempt (" ATTEMPT_COLUMNS ")"
                           " select n.* from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
                           " $16, $17, $18, $19) as n(" ATTEMPT_COLUMNS ")"
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
                           " " TELL ", 'disabled', id, record, " NOW_MS " from done"),
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
                          " " TELL ", 'failing', id, record, " NOW_MS " from told"),
                 notices_types, ARRAY_LEN(notices_types), false},
    /* The second time nothing is left to do. */
    [REPLAYS] = {STR_INIT("update core.replay r set seq = greatest(r.seq, n.seq), read_count = r.read_count + n.events,"
                          " sent_count = r.sent_count + n.made, finished_at = case when n.done > 0 then now() end"
                          " from unnest($1, $2, $3, $4, $5) as n(id, seq, events, made, done)"
                          " where r.id = n.id and r.finished_at is null and (r.seq < n.seq or n.done > 0)"),
                 replays_types, ARRAY_LEN(replays_types), false},
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
    /* By what webhooks have rows, since the rows themselves may be a million. A piece, so that the results of others do
     * not wait behind it; by place, since the planner would rather read the whole table than look for so many. */
    [REFILL + READ_PURGE] =
        {STR_INIT(
             "with recursive one as ((select webhook_id from core.pending order by webhook_id limit 1) union all"
             " select (select p.webhook_id from core.pending p where p.webhook_id > one.webhook_id"
             " order by p.webhook_id limit 1) from one where one.webhook_id is not null),"
             " piece as materialized (select p.place from one cross join lateral (select q.ctid as place"
             " from core.pending q where q.webhook_id = one.webhook_id order by q.seq limit 2000) p"
             " where core.shard_of(one.webhook_id, $2) = $1 and not exists (select from core.webhook w"
             " where w.id = one.webhook_id and w.deleted_at is null and w.disabled_at is null) limit 2000),"
             " gone as (delete from core.pending where ctid = any (array(select place from piece)) returning *),"
             " said as (insert into core.attempt (webhook_id, event_id, seq, attempt, started_at, duration_us,"
             " outcome, response, object_name, action, record_id, event_at) select g.webhook_id, g.event_id, g.seq,"
             " g.attempt, now(), 0, 'disabled', case when w.deleted_at is null and w.id is not null"
             " then '" GROUP_DISABLED "' else '" GROUP_DELETED "' end, o.object_name, o.action, g.record_id,"
             " g.event_created_at from gone g left join core.webhook w on w.id = g.webhook_id"
             " left join lateral (select object_name, action from core.outbox where seq = g.seq"
             " and created_at = g.event_created_at limit 1) o on true returning 1)"
             " select count(*), (select version from core.version where kind = 'webhooks') from said"),
         purge_types, ARRAY_LEN(purge_types), false},
};
_Static_assert(GROUP_REPLAY_STRETCH == 5000, "as the statement says");
_Static_assert(GROUP_UNPARK_MOST == 64, "as the statements say");
_Static_assert(GROUP_PURGE_MOST == 2000, "as the statement says");

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

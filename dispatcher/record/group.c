#include "dispatcher/record/group.h"
#include "common/base/alloc.h"
#include "dispatcher/record/columns.h"
#include "dispatcher/record/group_sql.h"
#include <assert.h>
#include <stdlib.h>

enum { ATTEMPT_COLUMNS = 19, PENDING_COLUMNS = 10, PARAMS_MAX = 20 };

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
    struct strbuf shard[2]; /* number and count */
    struct pg_param params[COMMAND_COUNT][PARAMS_MAX];
};

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
    release_all(group->shard, ARRAY_LEN(group->shard));
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
    group->rows[REFILL + READ_PURGE] = 1;
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

static void add(struct group_commands *out, struct group *group, enum group_command command)
{
    out->commands[out->count++] = (struct pg_command){&group_statements[command], group->params[command]};
}

static void add_columns(struct group_commands *out, struct group *group, enum group_command command,
                        struct strbuf *columns, size_t count)
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
    params[6] = text_param(strbuf_str(&group->shard[0]));
    add(out, group, FENCE);
}

static void add_texts(struct group_commands *out, struct group *group, enum group_command command,
                      const struct strbuf *texts, size_t count)
{
    if (group->rows[command] == 0) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        group->params[command][i] = text_param(strbuf_str(&texts[i]));
    }
    add(out, group, command);
}

static void add_reads(struct group_commands *out, struct group *group)
{
    for (size_t read = 0; read < GROUP_READS; read++) {
        out->reads[read] = group->rows[REFILL + read] > 0 ? out->count : 0;
        enum group_command command = (enum group_command)(REFILL + read);
        switch ((enum group_read)read) {
        case READ_REFILL: add_columns(out, group, command, group->refills, ARRAY_LEN(group->refills)); break;
        case READ_UNPARK: add_columns(out, group, command, group->unparks, ARRAY_LEN(group->unparks)); break;
        case READ_UNPARK_ALL: add_columns(out, group, command, &group->unparks_all, 1); break;
        case READ_REPLAY: add_columns(out, group, command, group->replay_reads, ARRAY_LEN(group->replay_reads)); break;
        case READ_DUE: add_texts(out, group, command, group->due, ARRAY_LEN(group->due)); break;
        case READ_PURGE: add_texts(out, group, command, group->shard, ARRAY_LEN(group->shard)); break;
        case GROUP_READS: break;
        }
    }
}

void group_prepare(struct group *group, const struct shard *shard, int64_t epoch, int64_t lease_us, bool again,
                   struct group_commands *out)
{
    *out = (struct group_commands){.count = 0};
    set_int(&group->shard[0], shard->number);
    set_int(&group->shard[1], shard->count);
    add_fence(out, group, epoch, lease_us);
    group->params[ATTEMPTS][ATTEMPT_COLUMNS] = text_param(again ? STR("t") : STR("f"));
    add_columns(out, group, ATTEMPTS, group->attempts, ATTEMPT_COLUMNS);
    add_columns(out, group, UPSERTS, group->pending, PENDING_COLUMNS);
    add_columns(out, group, DELETES, group->deletes, ARRAY_LEN(group->deletes));
    add_columns(out, group, DISABLES, group->disables, ARRAY_LEN(group->disables));
    add_columns(out, group, HEALTH, group->health, ARRAY_LEN(group->health));
    add_columns(out, group, NOTICES, group->notices, ARRAY_LEN(group->notices));
    add_columns(out, group, REPLAYS, group->replays, ARRAY_LEN(group->replays));
    add_reads(out, group);
    assert(out->count <= GROUP_COMMANDS_MAX);
}

#include "dispatcher/record/group.h"

/* Rows that a group has read back. */

static struct uuid uuid_at(const struct pg_result *result, size_t row, size_t column)
{
    struct uuid uuid = {{0}};
    struct str value;
    if (pg_value(result, row, column, &value) && value.len == sizeof(uuid.bytes)) {
        memcpy(uuid.bytes, value.ptr, sizeof(uuid.bytes));
    }
    return uuid;
}

static int64_t int_at(const struct pg_result *result, size_t row, size_t column)
{
    struct str value;
    return pg_value(result, row, column, &value) ? pg_get_int8(value) : 0;
}

static int64_t time_at(const struct pg_result *result, size_t row, size_t column)
{
    struct str value;
    return pg_value(result, row, column, &value) ? pg_get_timestamptz(value) : 0;
}

void group_read_row(const struct pg_result *result, size_t row, struct pending_row *out)
{
    *out = (struct pending_row){
        .webhook_id = uuid_at(result, row, 0),
        .event_id = uuid_at(result, row, 1),
        .seq = int_at(result, row, 2),
        .event_created_us = time_at(result, row, 3),
        .record_id = uuid_at(result, row, 4),
        .attempt = (int)int_at(result, row, 5),
        .state = (enum pending_state)int_at(result, row, 6),
        .next_at_us = time_at(result, row, 7),
        .last_status = (int)int_at(result, row, 8),
    };
}

static struct str text_at(const struct pg_result *result, size_t row, size_t column)
{
    struct str value;
    return pg_value(result, row, column, &value) ? value : STR_EMPTY;
}

void group_replay_row(const struct pg_result *result, size_t row, struct replay_row *out)
{
    struct str flag = text_at(result, row, 11);
    struct str state = text_at(result, row, 14);
    *out = (struct replay_row){
        .replay_id = uuid_at(result, row, 0),
        .webhook_id = uuid_at(result, row, 10),
        .by_name = flag.len > 0 && pg_get_bool(flag),
        .filter = text_at(result, row, 13),
        .waits = state.len > 0,
        .waits_for_retry = str_is(state, "retry"),
        .attempt = (int)int_at(result, row, 15),
        .stretch_end = int_at(result, row, 16),
        .stretch = (size_t)int_at(result, row, 17),
    };
    out->has_operations = pg_value(result, row, 12, &out->operations);
    out->event = (struct event){
        .id = uuid_at(result, row, 1),
        .sequence = int_at(result, row, 2),
        .object_id = uuid_at(result, row, 3),
        .object_name = text_at(result, row, 4),
        .record_id = uuid_at(result, row, 6),
        .record = text_at(result, row, 7),
        .updated_fields = text_at(result, row, 8),
        .created_us = time_at(result, row, 9),
    };
    out->known = event_action_parse(text_at(result, row, 5), &out->event.action);
}

int64_t group_retry_row(const struct pg_result *result, size_t row, struct pending_row *out)
{
    out->webhook_id = uuid_at(result, row, 1);
    out->record_id = uuid_at(result, row, 2);
    return int_at(result, row, 0);
}

bool shard_has(const struct shard *shard, const struct uuid *webhook_id)
{
    return webhook_id->bytes[sizeof(webhook_id->bytes) - 1] % shard->count == shard->number;
}

#include "dispatcher/record/group.h"

/* Rows that a group has read back. */

void group_read_row(const struct pg_result *result, size_t row, struct pending_row *out)
{
    *out = (struct pending_row){
        .webhook_id = pg_uuid_at(result, row, 0),
        .event_id = pg_uuid_at(result, row, 1),
        .seq = pg_int_at(result, row, 2),
        .event_created_us = pg_time_at(result, row, 3),
        .record_id = pg_uuid_at(result, row, 4),
        .attempt = (int)pg_int_at(result, row, 5),
        .state = (enum pending_state)pg_int_at(result, row, 6),
        .next_at_us = pg_time_at(result, row, 7),
        .last_status = (int)pg_int_at(result, row, 8),
    };
}

void group_replay_row(const struct pg_result *result, size_t row, struct replay_row *out)
{
    struct str state = pg_text_at(result, row, 14);
    *out = (struct replay_row){
        .replay_id = pg_uuid_at(result, row, 0),
        .webhook_id = pg_uuid_at(result, row, 10),
        .by_name = pg_bool_at(result, row, 11),
        .filter = pg_text_at(result, row, 13),
        .waits = state.len > 0,
        .waits_for_retry = str_is(state, "retry"),
        .attempt = (int)pg_int_at(result, row, 15),
        .stretch_end = pg_int_at(result, row, 16),
        .stretch = (size_t)pg_int_at(result, row, 17),
    };
    out->has_operations = pg_value(result, row, 12, &out->operations);
    out->event = (struct event){
        .id = pg_uuid_at(result, row, 1),
        .sequence = pg_int_at(result, row, 2),
        .object_id = pg_uuid_at(result, row, 3),
        .object_name = pg_text_at(result, row, 4),
        .record_id = pg_uuid_at(result, row, 6),
        .record = pg_text_at(result, row, 7),
        .updated_fields = pg_text_at(result, row, 8),
        .created_us = pg_time_at(result, row, 9),
    };
    out->known = event_action_parse(pg_text_at(result, row, 5), &out->event.action);
}

int64_t group_retry_row(const struct pg_result *result, size_t row, struct pending_row *out)
{
    out->webhook_id = pg_uuid_at(result, row, 1);
    out->record_id = pg_uuid_at(result, row, 2);
    return pg_int_at(result, row, 0);
}

size_t group_purged(const struct pg_result *result, int64_t *webhooks_version)
{
    *webhooks_version = pg_int_at(result, 0, 1);
    return (size_t)pg_int_at(result, 0, 0);
}

bool shard_has(const struct shard *shard, const struct uuid *webhook_id)
{
    return webhook_id->bytes[sizeof(webhook_id->bytes) - 1] % shard->count == shard->number;
}

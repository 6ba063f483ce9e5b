/* Statement parameters, in text format. */
#include "gateway/execute/command.h"

struct pg_statement statement_of(struct sql sql)
{
    return (struct pg_statement){.sql = sql.text, .param_types = sql.types, .param_count = sql.type_count};
}

struct pg_command command_of(struct arena *arena, struct sql sql, const struct pg_param *params)
{
    struct pg_statement *statement = ARENA_NEW(arena, struct pg_statement);
    *statement = statement_of(sql);
    return (struct pg_command){.statement = statement, .params = params};
}

struct pg_command command_bound(struct arena *arena, struct sql_bound bound)
{
    struct pg_param *params = ARENA_ARRAY(arena, struct pg_param, bound.sql.type_count);
    for (size_t i = 0; i < bound.sql.type_count; i++) {
        params[i] = (struct pg_param){.value = bound.args[i].text, .null = bound.args[i].null};
    }
    return command_of(arena, bound.sql, params);
}

struct pg_param param_text(struct str text)
{
    return (struct pg_param){.value = text};
}

struct pg_param param_null(void)
{
    return (struct pg_param){.null = true};
}

struct pg_param param_value(struct arena *arena, const struct value *value)
{
    return value->null ? param_null() : param_text(value_to_pg(arena, value));
}

struct pg_param param_uuid(struct arena *arena, const struct uuid *uuid)
{
    char *text = arena_bytes(arena, UUID_TEXT_LEN);
    uuid_print(uuid, text);
    return param_text(str_of(text, UUID_TEXT_LEN));
}

struct pg_param param_int(struct arena *arena, int64_t value)
{
    return param_text(arena_printf(arena, "%lld", (long long)value));
}

struct pg_param param_uuids(struct arena *arena, const struct uuid *ids, size_t count)
{
    return param_text(value_uuid_array(arena, ids, count));
}

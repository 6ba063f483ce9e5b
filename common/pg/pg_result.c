/* struct pg_result is libpq's PGresult under another name, so that values are handed on without a copy. */
#include "common/pg/pg.h"

#include <libpq-fe.h>

/* Seconds from 1970-01-01 to 2000-01-01, where PostgreSQL counts from. */
#define EPOCH_GAP_US (INT64_C(946684800) * 1000000)

static const PGresult *of(const struct pg_result *result)
{
    return (const PGresult *)result;
}

size_t pg_rows(const struct pg_result *result)
{
    return (size_t)PQntuples(of(result));
}

size_t pg_columns(const struct pg_result *result)
{
    return (size_t)PQnfields(of(result));
}

bool pg_value(const struct pg_result *result, size_t row, size_t column, struct str *out)
{
    const PGresult *raw = of(result);
    int len = PQgetlength(raw, (int)row, (int)column);
    if (len == 0 && PQgetisnull(raw, (int)row, (int)column)) {
        *out = STR_EMPTY;
        return false;
    }
    *out = str_of(PQgetvalue(raw, (int)row, (int)column), (size_t)len);
    return true;
}

uint32_t pg_column_type(const struct pg_result *result, size_t column)
{
    return PQftype(of(result), (int)column);
}

uint64_t pg_affected(const struct pg_result *result)
{
    int64_t count = 0;
    /* libpq wants a result that is not const, and does not change it. */
    const union {
        const struct pg_result *ours;
        PGresult *theirs;
    } view = {.ours = result};
    return str_to_int64(str_from(PQcmdTuples(view.theirs)), 0, INT64_MAX, &count) ? (uint64_t)count : 0;
}

static uint64_t big_endian(struct str value)
{
    uint64_t number = 0;
    for (size_t i = 0; i < value.len; i++) {
        number = number << 8 | (unsigned char)value.ptr[i];
    }
    return number;
}

int64_t pg_get_int8(struct str value)
{
    switch (value.len) {
    case 2: return (int16_t)big_endian(value);
    case 4: return (int32_t)big_endian(value);
    case 8: return (int64_t)big_endian(value);
    default: return 0;
    }
}

bool pg_get_bool(struct str value)
{
    return value.len == 1 && value.ptr[0] != 0;
}

double pg_get_float8(struct str value)
{
    double number = 0;
    if (value.len == sizeof number) {
        uint64_t bits = big_endian(value);
        memcpy(&number, &bits, sizeof number);
    }
    return number;
}

int64_t pg_get_timestamptz(struct str value)
{
    int64_t since_2000 = pg_get_int8(value);
    /* Infinity is the largest number; it and what lies near it stay at the end of our own range. */
    if (since_2000 == INT64_MIN || since_2000 > INT64_MAX - EPOCH_GAP_US) {
        return since_2000 < 0 ? INT64_MIN : INT64_MAX;
    }
    return since_2000 + EPOCH_GAP_US;
}

struct str pg_text_at(const struct pg_result *result, size_t row, size_t column)
{
    struct str value;
    return pg_value(result, row, column, &value) ? value : STR_EMPTY;
}

int64_t pg_int_at(const struct pg_result *result, size_t row, size_t column)
{
    struct str value;
    return pg_value(result, row, column, &value) ? pg_get_int8(value) : 0;
}

bool pg_bool_at(const struct pg_result *result, size_t row, size_t column)
{
    struct str value;
    return pg_value(result, row, column, &value) && pg_get_bool(value);
}

int64_t pg_time_at(const struct pg_result *result, size_t row, size_t column)
{
    struct str value;
    return pg_value(result, row, column, &value) ? pg_get_timestamptz(value) : 0;
}

struct uuid pg_uuid_at(const struct pg_result *result, size_t row, size_t column)
{
    struct uuid uuid = {{0}};
    struct str value;
    if (pg_value(result, row, column, &value) && value.len == sizeof uuid.bytes) {
        memcpy(uuid.bytes, value.ptr, sizeof uuid.bytes);
    }
    return uuid;
}

/* PostgreSQL's binary formats, as its type send functions write them. All integers are big-endian. */
#include "common/text/json_read.h"
#include "common/text/json_write.h"
#include "gateway/record/value.h"

#include <math.h>

/* PostgreSQL counts from 2000-01-01. */
#define PG_EPOCH_DAYS 10957
#define PG_EPOCH_US   INT64_C(946684800000000)
/* Years 1 to 9999, what timestamp.h prints. PostgreSQL's own range is wider, and has infinities at the ends. */
#define DAYS_MIN           (-719162)
#define DAYS_MAX           2932896
#define DAY_US             INT64_C(86400000000)

#define NUMERIC_NEGATIVE   0x4000u
#define NUMERIC_SPECIAL    0xC000u /* NaN and the infinities have these bits, finite values never both */
#define NUMERIC_DSCALE_MAX 0x3FFF
#define TEXT_OID           25u
#define VARCHAR_OID        1043u

/* Deeper and larger than anything we let in, so that only a foreign writer's extremes are refused. */
static const struct json_limits jsonb_limits = {.max_depth = 512, .max_nodes = 4u << 20};

static uint16_t read_u16(const char *at)
{
    const unsigned char *byte = (const unsigned char *)at;
    return (uint16_t)((unsigned)byte[0] << 8 | byte[1]);
}

static uint32_t read_u32(const char *at)
{
    return (uint32_t)read_u16(at) << 16 | read_u16(at + 2);
}

static uint64_t read_u64(const char *at)
{
    return (uint64_t)read_u32(at) << 32 | read_u32(at + 4);
}

static int32_t read_i32(const char *at)
{
    uint32_t bits = read_u32(at);
    int32_t value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool float8_from_pg(struct str bytes, struct value *out)
{
    if (bytes.len != 8) {
        return false;
    }
    uint64_t bits = read_u64(bytes.ptr);
    memcpy(&out->as.float8, &bits, sizeof bits);
    out->null = !isfinite(out->as.float8);
    return true;
}

static bool date_from_pg(struct str bytes, struct value *out)
{
    if (bytes.len != 4) {
        return false;
    }
    int64_t days = (int64_t)read_i32(bytes.ptr) + PG_EPOCH_DAYS;
    out->null = days < DAYS_MIN || days > DAYS_MAX;
    out->as.days = out->null ? 0 : (int32_t)days;
    return true;
}

static bool timestamptz_from_pg(struct str bytes, struct value *out)
{
    if (bytes.len != 8) {
        return false;
    }
    uint64_t bits = read_u64(bytes.ptr);
    int64_t us;
    memcpy(&us, &bits, sizeof us);
    out->null = __builtin_add_overflow(us, PG_EPOCH_US, &us) || us < DAYS_MIN * DAY_US || us >= (DAYS_MAX + 1) * DAY_US;
    out->as.us = out->null ? 0 : us;
    return true;
}

/* A number in base 10000: digits[0] stands for digits[0] * 10000^weight. */
struct numeric {
    const char *digits;
    int count;
    int weight;
    bool negative;
};

static int digit_at(const struct numeric *number, int at)
{
    return read_u16(number->digits + 2 * (size_t)at);
}

static int numeric_digit(const struct numeric *number, int power)
{
    int at = number->weight - power;
    return at < 0 || at >= number->count ? 0 : digit_at(number, at);
}

/* Without the zero digits at both ends, so that the text needs no second look. */
static void numeric_strip(struct numeric *number)
{
    while (number->count > 0 && digit_at(number, 0) == 0) {
        number->digits += 2;
        number->count--;
        number->weight--;
    }
    while (number->count > 0 && digit_at(number, number->count - 1) == 0) {
        number->count--;
    }
}

static char *put_four(char *at, int digit)
{
    at[0] = (char)('0' + digit / 1000);
    at[1] = (char)('0' + digit / 100 % 10);
    at[2] = (char)('0' + digit / 10 % 10);
    at[3] = (char)('0' + digit % 10);
    return at + 4;
}

/* The part before the point; only its topmost group can have zeros in front. */
static char *put_whole(char *at, const struct numeric *number)
{
    char *first = at;
    for (int power = number->weight; power >= 0; power--) {
        at = put_four(at, numeric_digit(number, power));
    }
    size_t zeros = 0;
    while (first + zeros < at && first[zeros] == '0') {
        zeros++;
    }
    memmove(first, first + zeros, (size_t)(at - first) - zeros);
    at -= zeros;
    if (at == first) {
        *at++ = '0';
    }
    return at;
}

static struct str numeric_text(struct arena *arena, const struct numeric *number)
{
    if (number->count == 0) {
        return STR("0");
    }
    int whole = number->weight >= 0 ? number->weight + 1 : 0;
    int last = number->weight - number->count + 1; /* the lowest power that is there */
    int fraction = last < 0 ? -last : 0;
    /* And a sign, a point and the zero in front of it. */
    char *start = arena_bytes(arena, 4 * (size_t)(whole + fraction) + 3);
    char *at = start;
    if (number->negative) {
        *at++ = '-';
    }
    at = put_whole(at, number);
    if (fraction > 0) {
        *at++ = '.';
        for (int power = -1; power >= -fraction; power--) {
            at = put_four(at, numeric_digit(number, power));
        }
        while (at[-1] == '0') {
            at--;
        }
    }
    return str_of(start, (size_t)(at - start));
}

static bool numeric_from_pg(struct arena *arena, struct str bytes, struct value *out)
{
    if (bytes.len < 8) {
        return false;
    }
    unsigned sign = read_u16(bytes.ptr + 4);
    if ((sign & NUMERIC_SPECIAL) == NUMERIC_SPECIAL) {
        out->null = true;
        return true;
    }
    uint16_t weight_bits = read_u16(bytes.ptr + 2);
    int16_t weight;
    memcpy(&weight, &weight_bits, sizeof weight);
    struct numeric number = {
        .digits = bytes.ptr + 8, .count = read_u16(bytes.ptr), .weight = weight, .negative = sign == NUMERIC_NEGATIVE};
    if ((sign != 0 && sign != NUMERIC_NEGATIVE) || read_u16(bytes.ptr + 6) > NUMERIC_DSCALE_MAX ||
        bytes.len != 8 + 2 * (size_t)number.count) {
        return false;
    }
    for (int i = 0; i < number.count; i++) {
        if (digit_at(&number, i) > 9999) {
            return false;
        }
    }
    numeric_strip(&number);
    out->as.text = numeric_text(arena, &number);
    return true;
}

static bool jsonb_from_pg(struct arena *arena, struct str bytes, struct value *out)
{
    if (bytes.len < 2 || bytes.ptr[0] != 1) {
        return false;
    }
    struct str text = str_slice(bytes, 1, bytes.len);
    /* The empty list is what most lists of records hold. */
    if (str_eq(text, STR("[]"))) {
        out->as.text = text;
        return true;
    }
    const struct json *json = json_parse(arena, text, &jsonb_limits, NULL);
    if (json == NULL) {
        return false;
    }
    struct strbuf canonical = {0};
    json_put_canonical(&canonical, json);
    out->as.text = arena_copy(arena, strbuf_str(&canonical));
    strbuf_release(&canonical);
    return true;
}

static bool array_items(struct arena *arena, struct str bytes, size_t count, struct value *out)
{
    /* Each element has a length of 4 bytes, which bounds `count` before it becomes memory. */
    if (count > bytes.len / 4) {
        return false;
    }
    struct str *items = ARENA_ARRAY(arena, struct str, count);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (bytes.len < 4) {
            return false;
        }
        int32_t len = read_i32(bytes.ptr);
        bytes = str_slice(bytes, 4, bytes.len);
        if (len == -1) {
            continue; /* NULL; none of ours, and our lists have no place for one */
        }
        if (len < 0 || (size_t)len > bytes.len) {
            return false;
        }
        items[kept++] = str_slice(bytes, 0, (size_t)len);
        bytes = str_slice(bytes, (size_t)len, bytes.len);
    }
    out->as.array.items = items;
    out->as.array.count = kept;
    return bytes.len == 0;
}

static bool text_array_from_pg(struct arena *arena, struct str bytes, struct value *out)
{
    if (bytes.len < 12) {
        return false;
    }
    uint32_t dimensions = read_u32(bytes.ptr);
    uint32_t element = read_u32(bytes.ptr + 8);
    if (element != TEXT_OID && element != VARCHAR_OID) {
        return false;
    }
    if (dimensions == 0) {
        out->as.array.items = NULL;
        out->as.array.count = 0;
        return bytes.len == 12;
    }
    if (dimensions != 1 || bytes.len < 20) {
        return false;
    }
    return array_items(arena, str_slice(bytes, 20, bytes.len), read_u32(bytes.ptr + 12), out);
}

bool value_from_pg(struct arena *arena, enum column_kind kind, struct str bytes, bool null, struct value *out)
{
    *out = (struct value){.kind = kind, .null = null};
    if (null) {
        return true;
    }
    switch (kind) {
    case COLUMN_UUID:
        if (bytes.len != sizeof out->as.uuid.bytes) {
            return false;
        }
        memcpy(out->as.uuid.bytes, bytes.ptr, sizeof out->as.uuid.bytes);
        return true;
    case COLUMN_TEXT: out->as.text = bytes; return true;
    case COLUMN_BOOLEAN: out->as.boolean = bytes.len == 1 && bytes.ptr[0] != 0; return bytes.len == 1;
    case COLUMN_FLOAT8: return float8_from_pg(bytes, out);
    case COLUMN_NUMERIC: return numeric_from_pg(arena, bytes, out);
    case COLUMN_DATE: return date_from_pg(bytes, out);
    case COLUMN_TIMESTAMPTZ: return timestamptz_from_pg(bytes, out);
    case COLUMN_JSONB: return jsonb_from_pg(arena, bytes, out);
    case COLUMN_TEXT_ARRAY: return text_array_from_pg(arena, bytes, out);
    case COLUMN_TSVECTOR:
    case COLUMN_KIND_COUNT: break; /* never selected */
    }
    return false;
}

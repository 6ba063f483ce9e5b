#include "dispatcher/shape/compare.h"
#include "common/text/number.h"
#include "common/text/timestamp.h"
#include "common/text/uuid.h"

enum { DATE_LEN = 10, DOUBLE_DIGITS = 15 };

static int order_of(double a, double b)
{
    return (a > b) - (a < b);
}

/* "2026-01-01T00:00:00.000Z": what the gateway writes for a point in time, and hardly a text by chance. */
static bool is_timestamp(struct str text)
{
    int64_t us;
    return text.len == TIMESTAMP_TEXT_LEN && text.ptr[DATE_LEN] == 'T' && text.ptr[TIMESTAMP_TEXT_LEN - 1] == 'Z' &&
           timestamp_parse(text, &us);
}

static bool is_date(struct str text)
{
    int32_t days;
    return text.len == DATE_LEN && text.ptr[4] == '-' && text.ptr[7] == '-' && date_parse(text, &days);
}

/* Both as points in time or as days, when the record has such a one and the filter's text can be read so. */
static bool compare_times(struct str value, struct str text, int *order)
{
    int64_t value_us;
    int64_t text_us;
    int32_t value_days;
    int32_t text_days;
    if (is_timestamp(value) && timestamp_parse(value, &value_us) && timestamp_parse(text, &text_us)) {
        *order = (value_us > text_us) - (value_us < text_us);
        return true;
    }
    if (is_date(value) && date_parse(value, &value_days) && date_parse(text, &text_days)) {
        *order = (value_days > text_days) - (value_days < text_days);
        return true;
    }
    return false;
}

static bool compare_uuids(struct str value, struct str text, int *order)
{
    struct uuid a;
    struct uuid b;
    if (value.len != UUID_TEXT_LEN || !uuid_parse(value, &a) || !uuid_parse(text, &b)) {
        return false;
    }
    *order = memcmp(a.bytes, b.bytes, sizeof(a.bytes));
    return true;
}

static bool compare_numbers(struct str value, struct str text, int *order)
{
    double a;
    double b;
    if (!number_parse_double(value, &a) || !number_parse_double(text, &b)) {
        return false;
    }
    *order = order_of(a, b);
    return true;
}

static bool equals_boolean(const struct json *value, struct str text)
{
    bool truth = str_eq_nocase(text, STR("true"));
    return (truth || str_eq_nocase(text, STR("false"))) && truth == (value->type == JSON_TRUE);
}

static bool equals_text(struct str value, struct str path, struct str text)
{
    int order;
    if (str_eq(value, text)) {
        return true;
    }
    if (compare_times(value, text, &order) || compare_uuids(value, text, &order)) {
        return order == 0;
    }
    return str_ends_with(path, STR(".primaryEmail")) && str_eq_nocase(value, str_trim(text));
}

bool value_equals(const struct json *value, struct str path, struct str text)
{
    int order;
    switch (value->type) {
    case JSON_TRUE:
    case JSON_FALSE: return equals_boolean(value, text);
    case JSON_NUMBER: return compare_numbers(value->text, text, &order) && order == 0;
    case JSON_STRING: return equals_text(value->text, path, text);
    case JSON_NULL:
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    return false;
}

bool value_compare(const struct json *value, struct str text, int *order)
{
    if (value->type == JSON_NUMBER) {
        return compare_numbers(value->text, text, order);
    }
    if (value->type != JSON_STRING) {
        return false;
    }
    /* Numbers of more digits than a double has stand in JSON as text. */
    bool number = value->text.len > DOUBLE_DIGITS && compare_numbers(value->text, text, order);
    if (!number && !compare_times(value->text, text, order) && !compare_uuids(value->text, text, order)) {
        *order = str_cmp(value->text, text);
    }
    return true;
}

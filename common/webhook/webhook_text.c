#include "common/webhook/webhook_text.h"

static const int64_t second_us = 1000000;

bool webhook_duration_parse(struct str text, int64_t *out_us)
{
    static const struct {
        struct str name;
        int64_t us;
    } units[] = {
        {STR_INIT("ms"), 1000},
        {STR_INIT("s"), INT64_C(1000000)},
        {STR_INIT("m"), INT64_C(60) * 1000000},
        {STR_INIT("h"), INT64_C(3600) * 1000000},
        {STR_INIT("d"), INT64_C(86400) * 1000000},
    };
    size_t digits = 0;
    int64_t count;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9') {
        digits++;
    }
    struct str unit = str_slice(text, digits, text.len);
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (str_eq(unit, units[i].name) &&
            str_to_int64(str_slice(text, 0, digits), 0, INT64_MAX / units[i].us, &count)) {
            *out_us = count * units[i].us;
            return true;
        }
    }
    return false;
}

bool webhook_delay_parse(struct str text, int64_t *out_us)
{
    static const int64_t longest_us = INT64_C(30) * 86400 * 1000000;
    int64_t us;
    if (!webhook_duration_parse(text, &us) || us < 1000 || us > longest_us) {
        return false;
    }
    *out_us = us;
    return true;
}

bool webhook_rate_parse(struct str text, int64_t *count, int64_t *period_us)
{
    static const struct {
        const char *name;
        int64_t seconds;
    } units[] = {{"s", 1}, {"min", 60}, {"h", 3600}};
    struct str count_text;
    int64_t found;
    text = str_trim(text);
    if (text.len == 0 || str_is(text, "off")) {
        *count = 0;
        *period_us = 0;
        return true;
    }
    if (!str_split(&text, '/', &count_text) || !str_to_int64(str_trim(count_text), 1, 1000000, &found)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (str_is(str_trim(text), units[i].name)) {
            *count = found;
            *period_us = units[i].seconds * second_us;
            return true;
        }
    }
    return false;
}

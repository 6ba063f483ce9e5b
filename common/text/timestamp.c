#include "common/text/timestamp.h"

static const int64_t DAY_US = INT64_C(86400000000);

/* Both conversions count in eras of 400 years that begin on 1 March, so that the leap day comes last (Howard Hinnant,
 * "chrono-compatible low-level date algorithms"). */
int32_t days_from_civil(int32_t year, int32_t month, int32_t day)
{
    year -= month <= 2;
    int32_t era = (year >= 0 ? year : year - 399) / 400;
    int32_t year_of_era = year - era * 400;
    int32_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

void civil_from_days(int32_t days, int32_t *year, int32_t *month, int32_t *day)
{
    int64_t shifted = (int64_t)days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int32_t day_of_era = (int32_t)(shifted - era * 146097);
    int32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int32_t from_march = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * from_march + 2) / 5 + 1;
    *month = from_march < 10 ? from_march + 3 : from_march - 9;
    *year = (int32_t)(year_of_era + era * 400) + (*month <= 2);
}

static char *put_two(char *at, int32_t value)
{
    *at++ = (char)('0' + value / 10 % 10);
    *at++ = (char)('0' + value % 10);
    return at;
}

static char *put_date(char *at, int32_t days)
{
    int32_t year = 0;
    int32_t month = 0;
    int32_t day = 0;
    civil_from_days(days, &year, &month, &day);
    at = put_two(put_two(at, year / 100), year % 100);
    *at++ = '-';
    at = put_two(at, month);
    *at++ = '-';
    return put_two(at, day);
}

void timestamp_print(int64_t us, char out[TIMESTAMP_TEXT_LEN])
{
    int64_t days = us / DAY_US - (us % DAY_US < 0);
    int32_t ms = (int32_t)((us - days * DAY_US) / 1000);
    char *at = put_date(out, (int32_t)days);
    *at++ = 'T';
    at = put_two(at, ms / 3600000);
    *at++ = ':';
    at = put_two(at, ms / 60000 % 60);
    *at++ = ':';
    at = put_two(at, ms / 1000 % 60);
    *at++ = '.';
    *at++ = (char)('0' + ms / 100 % 10);
    at = put_two(at, ms % 100);
    *at = 'Z';
}

void timestamp_put(struct strbuf *out, int64_t us)
{
    char *place = strbuf_reserve(out, TIMESTAMP_TEXT_LEN);
    if (place != NULL) {
        timestamp_print(us, place);
        out->len += TIMESTAMP_TEXT_LEN;
    }
}

void timestamp_put_exact(struct strbuf *out, int64_t us)
{
    char text[TIMESTAMP_TEXT_LEN];
    int64_t below_ms = ((us % 1000) + 1000) % 1000;
    timestamp_print(us, text);
    /* The last three digits of the microseconds go in front of the Z. */
    strbuf_put(out, str_of(text, TIMESTAMP_TEXT_LEN - 1));
    strbuf_printf(out, "%03dZ", (int)below_ms);
}

void date_put(struct strbuf *out, int32_t days)
{
    char text[10];
    put_date(text, days);
    strbuf_put(out, str_of(text, sizeof text));
}

#include "common/text/timestamp.h"
#include "common/text/timestamp_scan.h"

enum { MINUTE_S = 60, HOUR_S = 3600, DAY_S = 86400 };

struct date {
    int32_t year;
    int32_t month;
    int32_t day;
};

/* 2025-01-13, or 2025/1/13. */
static bool scan_year_first(struct scan *scan, struct date *date)
{
    if (!scan_number(scan, 4, 4, &date->year)) {
        return false;
    }
    if (scan_byte(scan, '-')) {
        return scan_number(scan, 2, 2, &date->month) && scan_byte(scan, '-') && scan_number(scan, 2, 2, &date->day);
    }
    return scan_byte(scan, '/') && scan_number(scan, 1, 2, &date->month) && scan_byte(scan, '/') &&
           scan_number(scan, 1, 2, &date->day);
}

/* 01/13/2025, 13-Jan-2025, or 13 January 2025. */
static bool scan_small_first(struct scan *scan, struct date *date)
{
    int32_t first = 0;
    if (!scan_number(scan, 1, 2, &first)) {
        return false;
    }
    if (scan_byte(scan, '/')) {
        date->month = first;
        return scan_number(scan, 1, 2, &date->day) && scan_byte(scan, '/') && scan_number(scan, 4, 4, &date->year);
    }
    char separator = scan_peek(scan);
    date->day = first;
    return (separator == '-' || separator == ' ') && scan_byte(scan, separator) &&
           scan_month(scan, true, &date->month) && scan_byte(scan, separator) && scan_number(scan, 4, 4, &date->year);
}

/* Jan 13, 2025; the comma may be missing. */
static bool scan_month_first(struct scan *scan, struct date *date)
{
    if (!scan_month(scan, true, &date->month) || !scan_byte(scan, ' ') || !scan_number(scan, 1, 2, &date->day)) {
        return false;
    }
    (void)scan_byte(scan, ',');
    return scan_byte(scan, ' ') && scan_number(scan, 4, 4, &date->year);
}

static bool scan_date(struct scan *scan, int32_t *out_days)
{
    struct date date = {0};
    size_t digits = scan_digits(scan);
    bool read = false;
    if (digits == 8) {
        int32_t all = 0;
        read = scan_number(scan, 8, 8, &all);
        date = (struct date){all / 10000, all / 100 % 100, all % 100};
    } else if (digits == 4) {
        read = scan_year_first(scan, &date);
    } else if (digits > 0) {
        read = scan_small_first(scan, &date);
    } else {
        read = scan_month_first(scan, &date);
    }
    return read && civil_days(date.year, date.month, date.day, out_days);
}

/* Up to nine digits, cut to microseconds. */
static bool scan_fraction(struct scan *scan, int32_t *out_us)
{
    size_t digits = scan_digits(scan);
    int32_t value = 0;
    if (!scan_number(scan, 1, 9, &value)) {
        return false;
    }
    for (; digits < 6; digits++) {
        value *= 10;
    }
    for (; digits > 6; digits--) {
        value /= 10;
    }
    *out_us = value;
    return true;
}

static bool scan_time(struct scan *scan, int32_t *out_s, int32_t *out_us)
{
    int32_t hour = 0;
    int32_t minute = 0;
    int32_t second = 0;
    if (!scan_two(scan, 23, &hour) || !scan_byte(scan, ':') || !scan_two(scan, 59, &minute)) {
        return false;
    }
    if (scan_byte(scan, ':')) {
        if (!scan_two(scan, 59, &second)) {
            return false;
        }
        if ((scan_byte(scan, '.') || scan_byte(scan, ',')) && !scan_fraction(scan, out_us)) {
            return false;
        }
    }
    *out_s = hour * HOUR_S + minute * MINUTE_S + second;
    return true;
}

/* Z, +hh:mm, +hhmm or +hh, with a space in front or none. Offsets up to 15:59, as PostgreSQL takes them. */
static bool scan_zone(struct scan *scan, int32_t *out_s)
{
    (void)scan_byte(scan, ' ');
    if (scan_byte(scan, 'Z') || scan_byte(scan, 'z')) {
        return true;
    }
    bool west = scan_peek(scan) == '-';
    int32_t hours = 0;
    int32_t minutes = 0;
    if (!(scan_byte(scan, '-') || scan_byte(scan, '+')) || !scan_two(scan, 15, &hours)) {
        return false;
    }
    bool colon = scan_byte(scan, ':');
    if ((colon || scan_digits(scan) > 0) && !scan_two(scan, 59, &minutes)) {
        return false;
    }
    int32_t offset = hours * HOUR_S + minutes * MINUTE_S;
    *out_s = west ? -offset : offset;
    return true;
}

bool timestamp_parse(struct str text, int64_t *out_us)
{
    struct scan scan = {text, 0};
    int32_t days = 0;
    int32_t seconds = 0;
    int32_t offset = 0;
    int32_t us = 0;
    if (!scan_date(&scan, &days)) {
        return false;
    }
    if (!scan_done(&scan)) {
        if (!(scan_byte(&scan, 'T') || scan_byte(&scan, 't') || scan_byte(&scan, ' ')) ||
            !scan_time(&scan, &seconds, &us) || (!scan_done(&scan) && !scan_zone(&scan, &offset)) ||
            !scan_done(&scan)) {
            return false;
        }
    }
    int64_t whole = (int64_t)days * DAY_S + seconds - offset;
    /* The zone may have carried it out of the years that can be printed. */
    if (whole < (int64_t)days_from_civil(1, 1, 1) * DAY_S || whole >= (int64_t)days_from_civil(10000, 1, 1) * DAY_S) {
        return false;
    }
    *out_us = whole * 1000000 + us;
    return true;
}

bool date_parse(struct str text, int32_t *out_days)
{
    static const int64_t day_us = INT64_C(86400000000);
    int64_t us = 0;
    if (!timestamp_parse(text, &us)) {
        return false;
    }
    *out_days = (int32_t)(us / day_us - (us % day_us < 0));
    return true;
}

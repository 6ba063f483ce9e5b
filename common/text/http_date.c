/* Dates in HTTP fields (RFC 9110 section 5.6.7). */
#include "common/text/timestamp.h"
#include "common/text/timestamp_scan.h"

static const char DAYS[7][10] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
static const char MONTHS[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

enum { DAY_S = 86400 };

static char *put_text(char *at, const char *text, size_t len)
{
    memcpy(at, text, len);
    return at + len;
}

static char *put_two(char *at, int32_t value, char after)
{
    *at++ = (char)('0' + value / 10 % 10);
    *at++ = (char)('0' + value % 10);
    *at++ = after;
    return at;
}

void http_date_print(int64_t unix_s, char out[29])
{
    int32_t days = (int32_t)(unix_s / DAY_S - (unix_s % DAY_S < 0));
    int32_t second = (int32_t)(unix_s - (int64_t)days * DAY_S);
    int32_t year = 0;
    int32_t month = 0;
    int32_t day = 0;
    civil_from_days(days, &year, &month, &day);
    char *at = put_text(out, DAYS[((days + 4) % 7 + 7) % 7], 3);
    at = put_text(at, ", ", 2);
    at = put_two(at, day, ' ');
    at = put_text(at, MONTHS[month - 1], 3);
    *at++ = ' ';
    *at++ = (char)('0' + year / 1000 % 10);
    *at++ = (char)('0' + year / 100 % 10);
    at = put_two(at, year % 100, ' ');
    at = put_two(at, second / 3600, ':');
    at = put_two(at, second / 60 % 60, ':');
    at = put_two(at, second % 60, ' ');
    put_text(at, "GMT", 3);
}

struct moment {
    int32_t year;
    int32_t month;
    int32_t day;
    int32_t second;
};

/* hh:mm:ss; a leap second is allowed by the grammar and counts as the next one. */
static bool scan_clock(struct scan *scan, struct moment *moment)
{
    int32_t hour = 0;
    int32_t minute = 0;
    int32_t second = 0;
    if (!scan_two(scan, 23, &hour) || !scan_byte(scan, ':') || !scan_two(scan, 59, &minute) || !scan_byte(scan, ':') ||
        !scan_two(scan, 60, &second)) {
        return false;
    }
    moment->second = hour * 3600 + minute * 60 + second;
    return true;
}

static bool scan_gmt(struct scan *scan)
{
    return scan_byte(scan, ' ') && scan_byte(scan, 'G') && scan_byte(scan, 'M') && scan_byte(scan, 'T');
}

/* " 06 Nov 1994 08:49:37 GMT", or with dashes and two digits of the year. */
static bool scan_day_first(struct scan *scan, char separator, struct moment *moment)
{
    if (!scan_byte(scan, ' ') || !scan_number(scan, 2, 2, &moment->day) || !scan_byte(scan, separator) ||
        !scan_month(scan, false, &moment->month) || !scan_byte(scan, separator)) {
        return false;
    }
    size_t digits = separator == '-' ? 2 : 4;
    if (!scan_number(scan, digits, digits, &moment->year)) {
        return false;
    }
    if (digits == 2) {
        /* RFC 9110 wants "not more than 50 years ahead"; there is no clock here, and 1970 on is what dates are about.
         */
        moment->year += moment->year >= 70 ? 1900 : 2000;
    }
    return scan_byte(scan, ' ') && scan_clock(scan, moment) && scan_gmt(scan);
}

/* " Nov  6 08:49:37 1994" */
static bool scan_asctime(struct scan *scan, struct moment *moment)
{
    if (!scan_byte(scan, ' ') || !scan_month(scan, false, &moment->month) || !scan_byte(scan, ' ')) {
        return false;
    }
    size_t digits = scan_byte(scan, ' ') ? 1 : 2;
    return scan_number(scan, digits, digits, &moment->day) && scan_byte(scan, ' ') && scan_clock(scan, moment) &&
           scan_byte(scan, ' ') && scan_number(scan, 4, 4, &moment->year);
}

bool http_date_parse(struct str text, int64_t *out_unix_s)
{
    for (size_t i = 0; i < 7; i++) {
        struct str full = str_from(DAYS[i]);
        bool whole_name = str_starts_with(text, full);
        if (!whole_name && !str_starts_with(text, str_slice(full, 0, 3))) {
            continue;
        }
        struct scan scan = {text, whole_name ? full.len : 3};
        struct moment moment = {0};
        int32_t days = 0;
        bool read = scan_byte(&scan, ',') ? scan_day_first(&scan, whole_name ? '-' : ' ', &moment)
                                          : !whole_name && scan_asctime(&scan, &moment);
        if (!read || !scan_done(&scan) || !civil_days(moment.year, moment.month, moment.day, &days)) {
            return false;
        }
        *out_unix_s = (int64_t)days * DAY_S + moment.second;
        return true;
    }
    return false;
}

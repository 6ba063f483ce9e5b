#include "common/text/timestamp_scan.h"

#include "common/text/timestamp.h"

char scan_peek(const struct scan *scan)
{
    return scan->at < scan->text.len ? scan->text.ptr[scan->at] : '\0';
}

bool scan_done(const struct scan *scan)
{
    return scan->at == scan->text.len;
}

bool scan_byte(struct scan *scan, char byte)
{
    if (scan_done(scan) || scan->text.ptr[scan->at] != byte) {
        return false;
    }
    scan->at++;
    return true;
}

size_t scan_digits(const struct scan *scan)
{
    size_t at = scan->at;
    while (at < scan->text.len && scan->text.ptr[at] >= '0' && scan->text.ptr[at] <= '9') {
        at++;
    }
    return at - scan->at;
}

static int32_t take(struct scan *scan, size_t digits)
{
    int32_t value = 0;
    for (size_t i = 0; i < digits; i++) {
        value = value * 10 + (scan->text.ptr[scan->at++] - '0');
    }
    return value;
}

bool scan_number(struct scan *scan, size_t min, size_t max, int32_t *out)
{
    size_t digits = scan_digits(scan);
    if (digits < min || digits > max) {
        return false;
    }
    *out = take(scan, digits);
    return true;
}

bool scan_two(struct scan *scan, int32_t most, int32_t *out)
{
    if (scan_digits(scan) < 2) {
        return false;
    }
    *out = take(scan, 2);
    return *out <= most;
}

bool scan_month(struct scan *scan, bool full, int32_t *out)
{
    static const char *const names[12] = {"January", "February", "March",     "April",   "May",      "June",
                                          "July",    "August",   "September", "October", "November", "December"};
    size_t end = scan->at;
    while (end < scan->text.len && ((scan->text.ptr[end] | 0x20) >= 'a' && (scan->text.ptr[end] | 0x20) <= 'z')) {
        end++;
    }
    struct str word = str_slice(scan->text, scan->at, end);
    for (int32_t i = 0; i < 12; i++) {
        struct str name = str_from(names[i]);
        if (str_eq_nocase(word, str_slice(name, 0, 3)) || (full && str_eq_nocase(word, name))) {
            scan->at = end;
            *out = i + 1;
            return true;
        }
    }
    return false;
}

bool civil_days(int32_t year, int32_t month, int32_t day, int32_t *out_days)
{
    static const int32_t lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || year > 9999 || month < 1 || month > 12) {
        return false;
    }
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day < 1 || day > lengths[month - 1] + (month == 2 && leap)) {
        return false;
    }
    *out_days = days_from_civil(year, month, day);
    return true;
}

#include "common/settings/value.h"

#include "common/base/alloc.h"
#include "common/base/checked.h"
#include "common/base/secret.h"
#include "common/settings/file.h"
#include "common/text/utf8.h"
#include <stdlib.h>

struct unit {
    const char *suffix;
    int64_t factor;
};

/* Largest first, so that a value is printed in the largest unit that holds it whole. */
static const struct unit duration_units[] = {
    {"d", 86400000000}, {"h", 3600000000}, {"m", 60000000}, {"s", 1000000}, {"ms", 1000},
};
static const struct unit bytes_units[] = {{"G", 1073741824}, {"M", 1048576}, {"k", 1024}};

static bool with_unit(struct str text, const struct unit *units, size_t count, int64_t *out)
{
    size_t digits = 0;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9') {
        digits++;
    }
    int64_t number = 0;
    if (!str_to_int64(str_slice(text, 0, digits), 0, INT64_MAX, &number)) {
        return false;
    }
    struct str suffix = str_slice(text, digits, text.len);
    for (size_t i = 0; i < count; i++) {
        if (str_is(suffix, units[i].suffix)) {
            return int64_mul(number, units[i].factor, out);
        }
    }
    return false;
}

bool duration_parse(struct str text, int64_t *out_us)
{
    int64_t us = 0;
    if (!str_is(text, "0") && !with_unit(text, duration_units, ARRAY_LEN(duration_units), &us)) {
        return false;
    }
    *out_us = us;
    return true;
}

static bool bytes_parse(struct str text, int64_t *out)
{
    return str_to_int64(text, 0, INT64_MAX, out) || with_unit(text, bytes_units, ARRAY_LEN(bytes_units), out);
}

static bool bool_parse(struct str text, int64_t *out)
{
    static const char *const words[][2] = {{"off", "on"}, {"false", "true"}, {"no", "yes"}, {"0", "1"}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        for (int64_t value = 0; value < 2; value++) {
            if (str_eq_nocase(text, str_from(words[i][value]))) {
                *out = value;
                return true;
            }
        }
    }
    return false;
}

static bool choice_parse(const char *choices, struct str text, int64_t *out)
{
    struct str rest = str_from(choices);
    struct str choice = STR_EMPTY;
    for (int64_t index = 0; str_split(&rest, '|', &choice); index++) {
        if (str_eq(choice, text)) {
            *out = index;
            return true;
        }
    }
    return false;
}

static bool number_read(const struct setting *row, struct str text, int64_t *out)
{
    switch (row->type) {
    case SETTING_INT: return str_to_int64(text, row->min, row->max, out);
    case SETTING_DURATION_US: return duration_parse(text, out) && *out >= row->min && *out <= row->max;
    case SETTING_BYTES: return bytes_parse(text, out) && *out >= row->min && *out <= row->max;
    case SETTING_BOOL: return bool_parse(text, out);
    case SETTING_CHOICE: return choice_parse(row->choices, text, out);
    case SETTING_TEXT:
    case SETTING_SECRET: break;
    }
    return false;
}

static bool allowed(const struct setting *row, struct err *err)
{
    struct strbuf sentence = {0};
    setting_allowed_put(&sentence, row);
    err_fail(err, ERR_INVALID, 0, "%s", strbuf_cstr(&sentence));
    strbuf_release(&sentence);
    return false;
}

static bool text_check(const struct setting *row, struct str text, struct err *err)
{
    if (text.len > SETTINGS_VALUE_MAX) {
        return err_fail(err, ERR_INVALID, 0, "at most %d bytes", SETTINGS_VALUE_MAX);
    }
    if (utf8_invalid_at(text) != text.len || str_find(text, '\0') != text.len) {
        return err_fail(err, ERR_INVALID, 0, "UTF-8 text without NUL bytes");
    }
    struct err why = {0};
    if (row->check != NULL && !row->check(text, &why)) {
        /* A check is written with values in mind that may be shown; a secret may not be. */
        bool leaks =
            row->type == SETTING_SECRET && text.len > 0 && str_find_str(err_str(&why), text) < strlen(why.text);
        return err_fail(err, ERR_INVALID, 0, "%s", leaks ? "it breaks this setting's rule" : why.text);
    }
    return true;
}

/* Docker and systemd hand secrets over as files, which end in a newline that is not part of the secret. */
static bool secret_from_file(struct str path, struct strbuf *out, struct err *err)
{
    struct strbuf name = {0};
    strbuf_put(&name, path);
    struct err why = {0};
    bool read = settings_file_read(strbuf_cstr(&name), SETTINGS_VALUE_MAX, out, &why);
    if (!read) {
        err_fail(err, ERR_INVALID, 0, "the file \"%.*s\" %s", STR_ARG(str_cut(path, 120)), why.text);
    }
    strbuf_release(&name);
    if (out->len > 0 && out->ptr[out->len - 1] == '\n') {
        out->len--;
    }
    if (out->len > 0 && out->ptr[out->len - 1] == '\r') {
        out->len--;
    }
    return read;
}

static bool text_read(const struct setting *row, struct str text, struct setting_value *out, struct err *err)
{
    struct strbuf content = {0};
    bool ok = true;
    if (row->type == SETTING_SECRET && str_starts_with(text, STR("file:"))) {
        ok = secret_from_file(str_slice(text, 5, text.len), &content, err);
        text = strbuf_str(&content);
    }
    ok = ok && text_check(row, text, err);
    if (ok) {
        out->text = str_dup(text);
    }
    if (content.ptr != NULL) {
        secret_wipe(content.ptr, content.capacity);
    }
    strbuf_release(&content);
    return ok;
}

bool setting_value_read(const struct setting *row, struct str text, struct setting_value *out, struct err *err)
{
    if (setting_is_text(row)) {
        return text_read(row, text, out, err);
    }
    int64_t number = 0;
    if (!number_read(row, text, &number)) {
        return allowed(row, err);
    }
    if (!text_check(row, text, err)) {
        return false;
    }
    out->number = number;
    return true;
}

void setting_value_release(const struct setting *row, struct setting_value *value)
{
    if (value->text != NULL && row->type == SETTING_SECRET) {
        secret_wipe(value->text, strlen(value->text));
    }
    free(value->text);
    *value = (struct setting_value){0};
}

static void put_with_unit(struct strbuf *out, int64_t number, const struct unit *units, size_t count)
{
    for (size_t i = 0; i < count && number != 0; i++) {
        if (number % units[i].factor == 0) {
            strbuf_put_int(out, number / units[i].factor);
            strbuf_puts(out, units[i].suffix);
            return;
        }
    }
    strbuf_put_int(out, number);
}

static void put_number(struct strbuf *out, const struct setting *row, int64_t number)
{
    if (row->type == SETTING_DURATION_US) {
        put_with_unit(out, number, duration_units, ARRAY_LEN(duration_units));
    } else if (row->type == SETTING_BYTES) {
        put_with_unit(out, number, bytes_units, ARRAY_LEN(bytes_units));
    } else {
        strbuf_put_int(out, number);
    }
}

static void put_text(struct strbuf *out, struct str text)
{
    bool plain =
        text.len > 0 && str_trim(text).len == text.len && text.ptr[0] != '"' && str_find(text, '#') == text.len;
    if (plain) {
        strbuf_put(out, text);
        return;
    }
    strbuf_put_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\') {
            strbuf_put_char(out, '\\');
        }
        strbuf_put_char(out, text.ptr[i]);
    }
    strbuf_put_char(out, '"');
}

void setting_value_put(struct strbuf *out, const struct setting *row, const struct setting_value *value)
{
    bool empty = value->text == NULL || value->text[0] == '\0';
    struct str rest = str_from(row->choices);
    struct str choice = STR_EMPTY;
    switch (row->type) {
    case SETTING_TEXT: put_text(out, str_from(value->text)); break;
    case SETTING_SECRET: strbuf_puts(out, empty ? "(not set)" : "(set)"); break;
    case SETTING_BOOL: strbuf_puts(out, value->number != 0 ? "on" : "off"); break;
    case SETTING_CHOICE:
        for (int64_t i = 0; i <= value->number && str_split(&rest, '|', &choice); i++) {
        }
        strbuf_put(out, choice);
        break;
    case SETTING_INT:
    case SETTING_DURATION_US:
    case SETTING_BYTES: put_number(out, row, value->number); break;
    }
}

static void put_range(struct strbuf *out, const struct setting *row, const char *what, int64_t lowest)
{
    strbuf_puts(out, what);
    if (row->max != INT64_MAX) {
        strbuf_puts(out, " from ");
        put_number(out, row, row->min);
        strbuf_puts(out, " to ");
        put_number(out, row, row->max);
    } else if (row->min > lowest) {
        strbuf_puts(out, " of at least ");
        put_number(out, row, row->min);
    }
}

static void put_choices(struct strbuf *out, const char *choices)
{
    struct str rest = str_from(choices);
    struct str choice = STR_EMPTY;
    const char *between = "";
    while (str_split(&rest, '|', &choice)) {
        strbuf_puts(out, between);
        strbuf_put(out, choice);
        between = str_find(rest, '|') < rest.len ? ", " : " or ";
    }
}

void setting_allowed_put(struct strbuf *out, const struct setting *row)
{
    switch (row->type) {
    case SETTING_TEXT: strbuf_puts(out, "text"); break;
    case SETTING_SECRET: strbuf_puts(out, "a secret, or file:PATH to read it from there"); break;
    case SETTING_INT: put_range(out, row, "a whole number", INT64_MIN); break;
    case SETTING_BOOL: strbuf_puts(out, "on or off"); break;
    case SETTING_DURATION_US: put_range(out, row, "a duration (such as 250ms, 10s, 5m, 2h, 7d)", 0); break;
    case SETTING_BYTES: put_range(out, row, "a size in bytes (such as 65536, 64k, 16M, 1G)", 0); break;
    case SETTING_CHOICE: put_choices(out, row->choices); break;
    }
}

void setting_env_name_put(struct strbuf *out, const struct setting *row)
{
    strbuf_puts(out, "PORTTI_");
    for (const char *at = row->name; *at != '\0'; at++) {
        strbuf_put_char(out, (char)(*at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at));
    }
}

struct setting_value setting_value_of(const struct setting *row, const void *target)
{
    const void *member = (const char *)target + row->offset;
    struct setting_value value = {0};
    if (setting_is_text(row)) {
        value.text = *(char *const *)member;
    } else if (row->type == SETTING_BOOL) {
        value.number = *(const bool *)member ? 1 : 0;
    } else if (row->type == SETTING_CHOICE) {
        value.number = *(const int *)member;
    } else {
        value.number = *(const int64_t *)member;
    }
    return value;
}

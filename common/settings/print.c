#include "common/settings/settings.h"
#include "common/settings/value.h"

enum { WIDTH = 100, INDENT = 6 };

static struct str word_next(struct str *rest)
{
    *rest = str_trim(*rest);
    size_t end = str_find(*rest, ' ');
    struct str word = str_slice(*rest, 0, end);
    *rest = str_slice(*rest, end, rest->len);
    return word;
}

static void print_wrapped(struct str text, FILE *out)
{
    size_t column = 0;
    for (struct str word = word_next(&text); word.len > 0; word = word_next(&text)) {
        if (column > 0 && column + 1 + word.len > WIDTH) {
            fputc('\n', out);
            column = 0;
        }
        if (column == 0) {
            fprintf(out, "%*s%.*s", INDENT, "", STR_ARG(word));
            column = INDENT + word.len;
        } else {
            fprintf(out, " %.*s", STR_ARG(word));
            column += 1 + word.len;
        }
    }
    fputc('\n', out);
}

static void default_put(struct strbuf *out, const struct setting *row)
{
    struct str text = str_from(row->default_text);
    if (text.len == 0) {
        strbuf_puts(out, "(none)");
        return;
    }
    if (row->type == SETTING_SECRET) {
        strbuf_puts(out, "(set)");
        return;
    }
    strbuf_put(out, text);
    if (row->unit != NULL && row->unit[0] != '\0') {
        strbuf_put_char(out, ' ');
        strbuf_puts(out, row->unit);
    }
}

static void print_row(const struct setting *row, int name_width, int default_width, FILE *out)
{
    struct strbuf text = {0};
    default_put(&text, row);
    fprintf(out, "  %-*s  %-*s  ", name_width, row->name, default_width, strbuf_cstr(&text));
    strbuf_clear(&text);
    setting_env_name_put(&text, row);
    fprintf(out, "%s\n", strbuf_cstr(&text));
    strbuf_clear(&text);
    strbuf_puts(&text, row->meaning == NULL ? "" : row->meaning);
    if (row->type != SETTING_TEXT) {
        strbuf_puts(&text, " Allowed: ");
        setting_allowed_put(&text, row);
        strbuf_put_char(&text, '.');
    }
    strbuf_puts(&text, row->reloadable ? " Read again on SIGHUP." : "");
    print_wrapped(strbuf_str(&text), out);
    strbuf_release(&text);
}

void settings_print_help(const struct setting *table, size_t count, FILE *out)
{
    size_t name_width = strlen("NAME");
    size_t default_width = strlen("DEFAULT");
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(table[i].name);
        name_width = len > name_width ? len : name_width;
        struct strbuf text = {0};
        default_put(&text, &table[i]);
        /* A long default, such as a retry schedule, pushes its own line out and nobody else's. */
        default_width = text.len > default_width && text.len <= 28 ? text.len : default_width;
        strbuf_release(&text);
    }
    fprintf(out, "  %-*s  %-*s  %s\n", (int)name_width, "NAME", (int)default_width, "DEFAULT", "ENVIRONMENT");
    for (size_t i = 0; i < count; i++) {
        print_row(&table[i], (int)name_width, (int)default_width, out);
    }
}

void settings_print_values(const struct setting *table, size_t count, const void *target, FILE *out)
{
    for (size_t i = 0; i < count; i++) {
        struct strbuf text = {0};
        struct setting_value value = setting_value_of(&table[i], target);
        setting_value_put(&text, &table[i], &value);
        fprintf(out, "%s = %s\n", table[i].name, strbuf_cstr(&text));
        strbuf_release(&text);
    }
}

#include "common/settings/settings.h"

#include "common/base/alloc.h"
#include "common/base/secret.h"
#include "common/settings/file.h"
#include "common/settings/nearest.h"
#include "common/settings/value.h"
#include <stdlib.h>

/* What a source said about a row, until all sources are read and the last word is known. */
struct slot {
    char *text;   /* NULL: the default */
    char *origin; /* "gateway.conf:12: port" */
};

struct load {
    const struct setting *table;
    size_t count;
    struct slot *slots;
};

static const struct setting *row_find(const struct load *load, struct str name)
{
    for (size_t i = 0; i < load->count; i++) {
        if (str_is(name, load->table[i].name)) {
            return &load->table[i];
        }
    }
    return NULL;
}

static bool refuse_name(const struct load *load, const char *where, struct str name, struct err *err)
{
    for (size_t i = 0; i < name.len; i++) {
        /* Something else than a name may be a secret in the wrong place: do not show it. */
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.", name.ptr[i]) == NULL) {
            return err_fail(err, ERR_INVALID, 0, "%s: the part before '=' is not a setting's name", where);
        }
    }
    struct str shown = str_slice(name, 0, 64);
    const char *nearest = settings_nearest(load->table, load->count, name);
    if (nearest == NULL) {
        return err_fail(err, ERR_INVALID, 0, "%s: \"%.*s\" is not a setting; --help lists them", where, STR_ARG(shown));
    }
    return err_fail(err, ERR_INVALID, 0, "%s: \"%.*s\" is not a setting; did you mean \"%s\"?", where, STR_ARG(shown),
                    nearest);
}

static bool refuse_value(const struct setting *row, const char *origin, struct str value, const char *why,
                         struct err *err)
{
    if (row->type == SETTING_SECRET) {
        return err_fail(err, ERR_INVALID, 0, "%s: the value is not allowed: %s", origin, why);
    }
    char shown[64];
    size_t len = value.len < sizeof shown ? value.len : sizeof shown;
    for (size_t i = 0; i < len; i++) {
        bool printable = value.ptr[i] >= ' ' && value.ptr[i] <= '~';
        shown[i] = (char)(printable ? value.ptr[i] : '?');
    }
    return err_fail(err, ERR_INVALID, 0, "%s: \"%.*s%s\" is not allowed: %s", origin, (int)len, shown,
                    len < value.len ? "..." : "", why);
}

static void slot_clear(struct slot *slot)
{
    if (slot->text != NULL) {
        secret_wipe(slot->text, strlen(slot->text));
    }
    free(slot->text);
    free(slot->origin);
    *slot = (struct slot){0};
}

/* Every value is checked where it stands, even if a later source overrides it; a secret only when it is the last
 * word, because its file need not exist where it is overridden. */
static bool accept(struct load *load, const struct setting *row, const char *origin, struct str text, struct err *err)
{
    if (str_find(text, '\0') < text.len) {
        return refuse_value(row, origin, text, "UTF-8 text without NUL bytes", err);
    }
    if (row->type != SETTING_SECRET) {
        struct setting_value value = {0};
        struct err why = {0};
        if (!setting_value_read(row, text, &value, &why)) {
            return refuse_value(row, origin, text, why.text, err);
        }
        setting_value_release(row, &value);
    }
    struct slot *slot = &load->slots[row - load->table];
    slot_clear(slot);
    slot->text = str_dup(text);
    slot->origin = xstrdup(origin);
    return true;
}

static bool line_accept(struct load *load, const char *file, size_t number, struct str line, struct err *err)
{
    struct strbuf value = {0};
    struct strbuf where = {0};
    strbuf_printf(&where, "%s:%zu", file, number);
    struct str name = STR_EMPTY;
    struct err why = {0};
    bool ok = settings_line_read(line, &name, &value, &why);
    const struct setting *row = row_find(load, name);
    if (!ok) {
        err_fail(err, ERR_INVALID, 0, "%s: %s", strbuf_cstr(&where), why.text);
    } else if (name.len > 0 && row == NULL) {
        ok = refuse_name(load, strbuf_cstr(&where), name, err);
    } else if (name.len > 0) {
        strbuf_printf(&where, ": %s", row->name);
        ok = accept(load, row, strbuf_cstr(&where), strbuf_str(&value), err);
    }
    if (value.ptr != NULL) {
        secret_wipe(value.ptr, value.capacity);
    }
    strbuf_release(&value);
    strbuf_release(&where);
    return ok;
}

static bool load_file(struct load *load, const struct settings_source *source, struct err *err)
{
    if (source->file == NULL) {
        return true;
    }
    struct strbuf content = {0};
    struct err why = {0};
    bool ok = settings_file_read(source->file, SETTINGS_FILE_MAX, &content, &why);
    if (!ok && why.code == ERR_NOT_FOUND && !source->file_required) {
        ok = true;
    } else if (!ok) {
        err_fail(err, ERR_INVALID, 0, "%s: the file %s", source->file, why.text);
    }
    struct str rest = ok ? strbuf_str(&content) : STR_EMPTY;
    if (str_starts_with(rest, STR("\xEF\xBB\xBF"))) {
        rest = str_slice(rest, 3, rest.len);
    }
    struct str line = STR_EMPTY;
    for (size_t number = 1; ok && str_split(&rest, '\n', &line); number++) {
        ok = line_accept(load, source->file, number, line, err);
    }
    if (content.ptr != NULL) {
        secret_wipe(content.ptr, content.capacity);
    }
    strbuf_release(&content);
    return ok;
}

static bool load_environment(struct load *load, struct err *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < load->count; i++) {
        struct strbuf name = {0};
        setting_env_name_put(&name, &load->table[i]);
        const char *value = getenv(strbuf_cstr(&name));
        /* An empty variable counts as absent: compose files write ${NAME:-} for "not given". */
        if (value != NULL && value[0] != '\0') {
            ok = accept(load, &load->table[i], strbuf_cstr(&name), str_from(value), err);
        }
        strbuf_release(&name);
    }
    return ok;
}

static bool load_set(struct load *load, struct str set, struct err *err)
{
    size_t equals = str_find(set, '=');
    if (equals == set.len || equals == 0) {
        return err_fail(err, ERR_INVALID, 0, "--set: must read --set NAME=VALUE");
    }
    struct str name = str_slice(set, 0, equals);
    const struct setting *row = row_find(load, name);
    if (row == NULL) {
        return refuse_name(load, "--set", name, err);
    }
    struct strbuf origin = {0};
    strbuf_printf(&origin, "--set %s", row->name);
    bool ok = accept(load, row, strbuf_cstr(&origin), str_slice(set, equals + 1, set.len), err);
    strbuf_release(&origin);
    return ok;
}

static bool load_sources(struct load *load, const struct settings_source *source, struct err *err)
{
    bool ok = load_file(load, source, err) && load_environment(load, err);
    for (size_t i = 0; ok && i < source->set_count; i++) {
        ok = load_set(load, str_from(source->sets[i]), err);
    }
    return ok;
}

/* The last word on a row becomes its value. */
static bool settle(const struct load *load, size_t i, const char *dispensable, struct setting_value *value,
                   struct err *err)
{
    const struct setting *row = &load->table[i];
    const struct slot *slot = &load->slots[i];
    struct str text = str_from(slot->text != NULL ? slot->text : row->default_text);
    struct err why = {0};
    if (slot->text == NULL && dispensable != NULL && strcmp(row->name, dispensable) == 0) {
        value->text = xstrdup(row->default_text);
        return true;
    }
    if (setting_value_read(row, text, value, &why)) {
        return true;
    }
    if (slot->text != NULL) {
        return refuse_value(row, slot->origin, text, why.text, err);
    }
    struct strbuf env = {0};
    setting_env_name_put(&env, row);
    err_fail(err, ERR_INVALID, 0, "%s: must be set (here, as %s or with --set): %s", row->name, strbuf_cstr(&env),
             why.text);
    strbuf_release(&env);
    return false;
}

static void store(const struct setting *row, void *target, struct setting_value *value)
{
    void *member = (char *)target + row->offset;
    if (setting_is_text(row)) {
        struct setting_value old = {.text = *(char **)member};
        setting_value_release(row, &old);
        *(char **)member = value->text;
        value->text = NULL;
    } else if (row->type == SETTING_BOOL) {
        *(bool *)member = value->number != 0;
    } else if (row->type == SETTING_CHOICE) {
        *(int *)member = (int)value->number;
    } else {
        *(int64_t *)member = value->number;
    }
}

/* The values of all rows, or false. `values` has room for `count` and is zeroed. */
static bool read_values(const struct setting *table, size_t count, const struct settings_source *source,
                        struct setting_value *values, struct err *err)
{
    struct load load = {table, count, xcalloc(count, sizeof(struct slot))};
    bool ok = load_sources(&load, source, err);
    for (size_t i = 0; ok && i < count; i++) {
        ok = settle(&load, i, source->dispensable, &values[i], err);
    }
    for (size_t i = 0; i < count; i++) {
        slot_clear(&load.slots[i]);
    }
    free(load.slots);
    return ok;
}

bool settings_load(const struct setting *table, size_t count, const struct settings_source *source, void *target,
                   struct err *err)
{
    struct setting_value *values = xcalloc(count, sizeof *values);
    bool ok = read_values(table, count, source, values, err);
    for (size_t i = 0; i < count; i++) {
        if (ok) {
            store(&table[i], target, &values[i]);
        }
        setting_value_release(&table[i], &values[i]);
    }
    free(values);
    return ok;
}

static bool same(const struct setting_value *a, const struct setting_value *b)
{
    return a->number == b->number && str_eq(str_from(a->text), str_from(b->text));
}

bool settings_reload(const struct setting *table, size_t count, const struct settings_source *source, void *target,
                     void (*needs_restart)(const struct setting *row, void *context), void *context, struct err *err)
{
    struct setting_value *values = xcalloc(count, sizeof *values);
    bool ok = read_values(table, count, source, values, err);
    for (size_t i = 0; i < count; i++) {
        struct setting_value old = setting_value_of(&table[i], target);
        if (ok && !same(&old, &values[i])) {
            if (table[i].reloadable) {
                store(&table[i], target, &values[i]);
            } else if (needs_restart != NULL) {
                needs_restart(&table[i], context);
            }
        }
        setting_value_release(&table[i], &values[i]);
    }
    free(values);
    return ok;
}

void settings_release(const struct setting *table, size_t count, void *target)
{
    for (size_t i = 0; i < count; i++) {
        if (setting_is_text(&table[i])) {
            struct setting_value none = {0};
            store(&table[i], target, &none);
        }
    }
}

#include "gateway/inspect/adopt.h"

#include "gateway/inspect/adopt_private.h"
#include "gateway/metadata/names.h"

static void add_line(struct arena *arena, struct adopt_list *list, struct str column, struct str text)
{
    list->lines = arena_grow(arena, list->lines, list->count, &list->capacity, sizeof *list->lines);
    list->lines[list->count++] = (struct adopt_line){column, text};
}

void adopt_say(struct adopting *adopting, struct adopt_list *list, struct str column, const char *format, ...)
{
    va_list args;
    struct strbuf text = {0};
    va_start(args, format);
    strbuf_vprintf(&text, format, args);
    va_end(args);
    add_line(adopting->arena, list, column, arena_copy(adopting->arena, strbuf_str(&text)));
    strbuf_release(&text);
}

/* ---- the wish ---- */

static bool name_is_fine(const struct catalogue *catalogue, struct arena *arena, const char *option, struct str name,
                         struct err *err)
{
    struct report report = {.arena = arena};
    struct report_entry *entry = report_begin(&report, REPORT_OBJECT, REPORT_CREATE);
    name_check(&report, entry, "", name);
    if (entry->error_count > 0) {
        return err_fail(err, ERR_INVALID, 0, "--%s \"%.*s\": %.*s", option, STR_ARG(name),
                        STR_ARG(entry->errors->message));
    }
    for (size_t i = 0; i < catalogue->object_count; i++) {
        if (str_eq(catalogue->objects[i].name_singular, name) || str_eq(catalogue->objects[i].name_plural, name)) {
            return err_fail(err, ERR_INVALID, 0, "--%s \"%.*s\": another object has this name", option, STR_ARG(name));
        }
    }
    return true;
}

static bool find_table(struct adopting *adopting, struct err *err)
{
    const struct adopt_wish *wish = adopting->wish;
    static const char *const ours[] = {"core", "pg_catalog", "information_schema", "pg_toast"};
    for (size_t i = 0; i < ARRAY_LEN(ours); i++) {
        if (str_is(wish->schema, ours[i])) {
            return err_fail(err, ERR_INVALID, 0, "the schema %s is not for records", ours[i]);
        }
    }
    adopting->table = database_table(adopting->database, wish->schema, wish->table);
    if (adopting->table == NULL) {
        return err_fail(err, ERR_NOT_FOUND, 0, "there is no table %.*s.%.*s", STR_ARG(wish->schema),
                        STR_ARG(wish->table));
    }
    if (adopting->table->kind != 'r' && adopting->table->kind != 'p') {
        return err_fail(err, ERR_INVALID, 0, "%.*s is no table", STR_ARG(adopting->table->path));
    }
    for (size_t i = 0; i < adopting->catalogue->object_count; i++) {
        const struct object *object = &adopting->catalogue->objects[i];
        if (str_eq(object->table_schema, wish->schema) && str_eq(object->table_name, wish->table)) {
            return err_fail(err, ERR_CONFLICT, 0, "%.*s is the object \"%.*s\" already", STR_ARG(adopting->table->path),
                            STR_ARG(object->name_singular));
        }
    }
    return true;
}

static bool check_wish(struct adopting *adopting, struct err *err)
{
    const struct adopt_wish *wish = adopting->wish;
    if (!find_table(adopting, err) ||
        !name_is_fine(adopting->catalogue, adopting->arena, "singular", wish->singular, err) ||
        !name_is_fine(adopting->catalogue, adopting->arena, "plural", wish->plural, err)) {
        return false;
    }
    if (str_eq(wish->singular, wish->plural)) {
        return err_fail(err, ERR_INVALID, 0, "--singular and --plural must differ");
    }
    if (name_is_path(wish->plural)) {
        return err_fail(err, ERR_INVALID, 0, "--plural \"%.*s\" is a path of its own below /rest",
                        STR_ARG(wish->plural));
    }
    for (size_t i = 0; i < wish->map_count; i++) {
        if (db_table_column(adopting->table, wish->maps[i].column) == NULL) {
            return err_fail(err, ERR_INVALID, 0, "--map %.*s=%.*s: there is no such column",
                            STR_ARG(wish->maps[i].field), STR_ARG(wish->maps[i].column));
        }
    }
    return true;
}

/* ---- rows ---- */

struct field_row *adopt_field(struct adopting *adopting, const char *type, struct str name)
{
    struct adoption *out = adopting->out;
    struct field_row *row = &out->fields[out->field_count++];
    *row = (struct field_row){.id = adopting->wish->fresh_id(),
                              .universal_id = adopting->wish->fresh_id(),
                              .object_id = out->object.id,
                              .type = str_from(type),
                              .name = name,
                              .label = name_as_label(adopting->arena, name),
                              .nullable = true,
                              .active = true,
                              .ui_editable = true,
                              .audit_logged = true,
                              .ordinal = (double)out->field_count};
    return row;
}

static void make_object(struct adopting *adopting)
{
    const struct adopt_wish *wish = adopting->wish;
    adopting->out->object = (struct object_row){.id = wish->fresh_id(),
                                                .universal_id = wish->fresh_id(),
                                                .name_singular = wish->singular,
                                                .name_plural = wish->plural,
                                                .label_singular = name_as_label(adopting->arena, wish->singular),
                                                .label_plural = name_as_label(adopting->arena, wish->plural),
                                                .table_schema = wish->schema,
                                                .table_name = wish->table,
                                                .open_record_in = STR("SIDE_PANEL"),
                                                .readability = STR("OPEN"),
                                                .active = true,
                                                .adopted = true};
}

static void note_the_rest(struct adopting *adopting)
{
    struct adopt_list *notes = &adopting->out->notes;
    for (size_t i = 0; i < adopting->table->index_count; i++) {
        const struct db_index *index = &adopting->table->indexes[i];
        if (index->unique && !index->primary && !adopting->id_by_index[i]) {
            adopt_say(
                adopting, notes, STR_EMPTY,
                "the unique index \"%.*s\" goes on refusing duplicates, among deleted records too; upserts do not "
                "match by it",
                STR_ARG(index->name));
        }
    }
    adopt_say(adopting, notes, STR_EMPTY,
              "events and webhooks tell of changes made through Portti; what other programs write has none");
    adopt_say(adopting, notes, STR_EMPTY,
              "records are found by their columns and not by words: the object has no search column");
}

static struct uuid label_identifier(const struct adoption *adoption)
{
    for (size_t i = 0; i < adoption->field_count; i++) {
        const struct field_row *row = &adoption->fields[i];
        if (uuid_eq(&row->object_id, &adoption->object.id) && str_is(row->name, "name") && str_is(row->type, "TEXT")) {
            return row->id;
        }
    }
    return adoption->fields[0].id;
}

bool adopt_plan(struct arena *arena, const struct catalogue *catalogue, const struct database *database,
                const struct adopt_wish *wish, struct adoption *out, struct err *err)
{
    struct adopting adopting = {.arena = arena, .catalogue = catalogue, .database = database, .wish = wish, .out = out};
    *out = (struct adoption){.arena = arena};
    if (!check_wish(&adopting, err)) {
        return false;
    }
    size_t most = 2 * (adopting.table->column_count + ADOPT_SYSTEM_MAX);
    out->fields = ARENA_ARRAY(arena, struct field_row, most);
    out->added = ARENA_ARRAY(arena, bool, most);
    adopting.used = ARENA_ARRAY(arena, bool, adopting.table->column_count + 1);
    adopting.id_by_index = ARENA_ARRAY(arena, bool, adopting.table->index_count + 1);
    make_object(&adopting);
    adopt_system_fields(&adopting);
    adopt_other_fields(&adopting);
    note_the_rest(&adopting);
    out->object.label_identifier_id = label_identifier(out);
    return true;
}

/* ---- words ---- */

void adopt_note(struct adoption *adoption, struct adopt_list *list, struct str text)
{
    add_line(adoption->arena, list, STR_EMPTY, text);
}

static void put_lines(struct strbuf *out, const char *headline, const struct adopt_list *list)
{
    if (list->count == 0) {
        return;
    }
    strbuf_printf(out, "%s\n", headline);
    for (size_t i = 0; i < list->count; i++) {
        const struct adopt_line *line = &list->lines[i];
        if (line->column.len > 0) {
            strbuf_printf(out, "  %-24.*s  %.*s\n", STR_ARG(line->column), STR_ARG(line->text));
        } else {
            strbuf_printf(out, "  %.*s\n", STR_ARG(line->text));
        }
    }
}

void adopt_put_text(struct strbuf *out, const struct adopt_wish *wish, const struct adoption *adoption)
{
    strbuf_printf(out, "%.*s.%.*s as the object \"%.*s\" (plural \"%.*s\")\n", STR_ARG(wish->schema),
                  STR_ARG(wish->table), STR_ARG(wish->singular), STR_ARG(wish->plural));
    put_lines(out, "Mapped:", &adoption->mapped);
    put_lines(out, "Not mapped; these columns stay as they are, and Portti does not touch them:", &adoption->unmapped);
    put_lines(out, "Good to know:", &adoption->notes);
    put_lines(out, "It cannot be adopted as it is:", &adoption->missing);
}

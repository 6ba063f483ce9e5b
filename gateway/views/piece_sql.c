#include "gateway/views/piece_sql.h"

#define NOW "date_trunc('milliseconds', now())"

static struct str done(struct arena *arena, struct strbuf *out)
{
    struct str text = arena_copy(arena, strbuf_str(out));
    strbuf_release(out);
    return text;
}

/* `text` with the alias for its ~. */
static void put_aliased(struct strbuf *out, const char *text, char alias)
{
    for (const char *at = text; *at != '\0'; at++) {
        strbuf_put_char(out, *at == '~' ? alias : *at);
    }
}

/* Not deleted, and nothing that it is in. */
static void put_live(struct strbuf *out, const struct piece_info *info, char alias)
{
    strbuf_printf(out, "%c.deleted_at is null", alias);
    if (info->parent_stored != NULL && strcmp(info->parent_stored, "object_id") != 0) {
        const struct piece_info *parent = &piece_kinds[piece_column(info, str_from(info->parent_name))->linked];
        char next = (char)(alias + 1);
        strbuf_printf(out, " and exists (select from core.%s %c where %c.id = %c.%s and ", parent->table, next, next,
                      alias, info->parent_stored);
        put_live(out, parent, next);
        strbuf_puts(out, ")");
    }
}

static void put_value(struct strbuf *out, const struct piece_column *column, char alias)
{
    if ((column->rules & PIECE_SERVED) != 0) {
        put_aliased(out, column->stored, alias);
    } else if (column->read != NULL) {
        put_aliased(out, column->read, alias);
    } else {
        strbuf_printf(out, "%c.%s", alias, column->stored);
    }
}

/* Lists within lists are two deep and no deeper: the table has no circles. */
static void put_document(struct strbuf *out, const struct piece_info *info, char alias, bool deep)
{
    strbuf_puts(out, "json_build_object(");
    for (size_t i = 0; i < info->column_count; i++) {
        strbuf_printf(out, "%s'%s', ", i > 0 ? ", " : "", info->columns[i].name);
        put_value(out, &info->columns[i], alias);
    }
    for (size_t i = 0; deep && i < info->list_count; i++) {
        const struct piece_list *list = &info->lists[i];
        const struct piece_info *inner = &piece_kinds[list->kind];
        char next = (char)(alias + 1);
        strbuf_printf(out, ", '%s', (select coalesce(json_agg(", list->name);
        put_document(out, inner, next, true);
        strbuf_puts(out, " order by ");
        put_aliased(out, inner->order, next);
        strbuf_printf(out, "), '[]'::json) from core.%s %c where %c.%s = %c.id and %c.deleted_at is null)",
                      inner->table, next, next, list->stored, alias, next);
    }
    strbuf_puts(out, ")");
}

static void put_select(struct strbuf *out, const struct piece_info *info, bool deep)
{
    strbuf_puts(out, "select p.id, ");
    put_document(out, info, 'p', deep);
    strbuf_printf(out, "::text from core.%s p cross join core.workspace w where ", info->table);
}

static void put_narrowed(struct strbuf *out, const struct piece_info *info)
{
    put_live(out, info, 'p');
    if (info->parent_stored != NULL) {
        strbuf_printf(out, " and ($1 is null or p.%s = $1)", info->parent_stored);
    } else {
        strbuf_puts(out, " and $1 is null");
    }
    bool typed = piece_column(info, STR("type")) != NULL;
    strbuf_puts(out, typed ? " and ($2 is null or p.type = any(string_to_array($2, ' ')))" : " and $2 is null");
}

struct str piece_sql_read(struct arena *arena, const struct piece_info *info, bool deep, bool live)
{
    struct strbuf out = {0};
    put_select(&out, info, deep);
    strbuf_puts(&out, "p.id = any($1)");
    if (live) {
        strbuf_puts(&out, " and ");
        put_live(&out, info, 'p');
    }
    strbuf_puts(&out, " order by array_position($1, p.id)");
    return done(arena, &out);
}

struct str piece_sql_list(struct arena *arena, const struct piece_info *info, bool deep)
{
    struct strbuf out = {0};
    put_select(&out, info, deep);
    put_narrowed(&out, info);
    strbuf_puts(&out, " order by ");
    put_aliased(&out, info->order, 'p');
    return done(arena, &out);
}

struct str piece_sql_page(struct arena *arena, const struct piece_info *info, bool backward)
{
    struct strbuf out = {0};
    put_select(&out, info, false);
    put_narrowed(&out, info);
    strbuf_puts(&out, backward ? " and ($3 is null or p.id > $3) order by p.id limit $4"
                               : " and ($3 is null or p.id < $3) order by p.id desc limit $4");
    return done(arena, &out);
}

struct str piece_sql_count(struct arena *arena, const struct piece_info *info)
{
    struct strbuf out = {0};
    strbuf_printf(&out, "select count(*) from core.%s p where ", info->table);
    put_narrowed(&out, info);
    return done(arena, &out);
}

/* ---- facts ---- */

static void put_facts(struct strbuf *out, const struct piece_info *info)
{
    strbuf_printf(out, "%sselect '%s', p.id, p.%s, ", out->len > 0 ? " union all " : "", info->table, info->scope);
    if (!info->of_view) {
        strbuf_puts(out, "null::uuid, ");
    } else if (strcmp(info->scope, "id") == 0) {
        strbuf_puts(out, "p.object_id, ");
    } else {
        strbuf_printf(out, "(select v.object_id from core.view v where v.id = p.%s), ", info->scope);
    }
    put_live(out, info, 'p');
    strbuf_printf(out, ", to_jsonb(p)::text from core.%s p where p.id = any($1)", info->table);
}

/* The other groups of the view too: a group could end up within itself by way of them. */
static void put_sisters(struct strbuf *out, const struct piece_info *info)
{
    if (info != &piece_kinds[PIECE_VIEW_FILTER_GROUP]) {
        return;
    }
    put_facts(out, info);
    out->len -= sizeof "p.id = any($1)" - 1;
    strbuf_puts(out, "p.id <> all($1) and p.view_id in (select g.view_id from core.view_filter_group g"
                     " where g.id = any($1))");
}

struct str piece_sql_facts(struct arena *arena, const struct piece_info *info)
{
    struct strbuf out = {0};
    bool told[PIECE_KIND_COUNT] = {false};
    told[info - piece_kinds] = true;
    put_facts(&out, info);
    for (size_t i = 0; i < info->column_count; i++) {
        const struct piece_column *column = &info->columns[i];
        if (column->link == PIECE_TO_PIECE && !told[column->linked]) {
            told[column->linked] = true;
            put_facts(&out, &piece_kinds[column->linked]);
        }
    }
    put_sisters(&out, info);
    return done(arena, &out);
}

/* ---- writes ---- */

struct str piece_sql_insert(struct arena *arena, const struct piece_info *info)
{
    struct strbuf names = {0};
    struct strbuf out = {0};
    for (size_t i = 0; i < info->column_count; i++) {
        if ((info->columns[i].rules & PIECE_SERVED) == 0) {
            strbuf_printf(&names, "%s, ", info->columns[i].stored);
        }
    }
    strbuf_printf(&out, "insert into core.%s (%screated_at, updated_at) select %s" NOW ", " NOW, info->table,
                  strbuf_cstr(&names), strbuf_cstr(&names));
    strbuf_printf(&out, " from jsonb_populate_recordset(null::core.%s, $1::text::jsonb)", info->table);
    strbuf_release(&names);
    return done(arena, &out);
}

/* Of each row, the columns that it has: what somebody else changes meanwhile stays. */
struct str piece_sql_update(struct arena *arena, const struct piece_info *info)
{
    struct strbuf out = {0};
    strbuf_printf(&out, "update core.%s p set ", info->table);
    for (size_t i = 0; i < info->column_count; i++) {
        const struct piece_column *column = &info->columns[i];
        if ((column->rules & (PIECE_SERVED | PIECE_FIXED)) == 0) {
            strbuf_printf(&out, "%s = case when given.row ? '%s' then r.%s else p.%s end, ", column->stored,
                          column->stored, column->stored, column->stored);
        }
    }
    strbuf_printf(&out,
                  "updated_at = " NOW " from jsonb_array_elements($1::text::jsonb) given(row),"
                  " jsonb_populate_record(null::core.%s, given.row) r where p.id = r.id and p.deleted_at is null",
                  info->table);
    return done(arena, &out);
}

struct str piece_sql_delete(struct arena *arena, const struct piece_info *info)
{
    return arena_printf(arena,
                        "update core.%s set deleted_at = " NOW ", updated_at = " NOW
                        " where id = any($1) and deleted_at is null",
                        info->table);
}

struct str piece_sql_destroy(struct arena *arena, const struct piece_info *info)
{
    return arena_printf(arena, "delete from core.%s where id = any($1)", info->table);
}

#include "gateway/sql/sql_search.h"

#include "gateway/catalogue/identifier.h"
#include "gateway/sql/sql_build.h"
#include "gateway/sql/sql_type.h"

const struct field *sql_search_field(const struct object *object)
{
    for (size_t i = 0; i < object->field_count; i++) {
        if (object->fields[i].type == FIELD_TS_VECTOR) {
            return &object->fields[i];
        }
    }
    return NULL;
}

/* Letters and digits of ASCII, and everything beyond it: PostgreSQL's parser judges the rest. */
static bool is_word_byte(char byte)
{
    unsigned char c = (unsigned char)byte;
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool has_word(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (is_word_byte(text.ptr[i])) {
            return true;
        }
    }
    return false;
}

static void put_quoted(struct strbuf *out, struct str word)
{
    strbuf_put_char(out, '\'');
    for (size_t i = 0; i < word.len; i++) {
        if (word.ptr[i] == '\'' || word.ptr[i] == '\\') {
            strbuf_put_char(out, word.ptr[i]);
        }
        strbuf_put_char(out, word.ptr[i]);
    }
    strbuf_put_char(out, '\'');
}

static bool is_gap(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n';
}

bool sql_search_next(struct str *rest, struct str *word)
{
    while (rest->len > 0) {
        size_t end = 0;
        while (end < rest->len && !is_gap(rest->ptr[end])) {
            end++;
        }
        *word = str_slice(*rest, 0, end);
        *rest = str_slice(*rest, end < rest->len ? end + 1 : end, rest->len);
        if (has_word(*word)) {
            return true;
        }
    }
    return false;
}

struct str sql_search_words(struct arena *arena, struct str typed, bool all)
{
    struct strbuf words = {0};
    struct str word;
    while (sql_search_next(&typed, &word)) {
        strbuf_puts(&words, words.len == 0 ? "" : all ? ":* & " : " & ");
        put_quoted(&words, word);
    }
    strbuf_puts(&words, words.len == 0 ? "" : ":*");
    struct str copy = arena_copy(arena, strbuf_str(&words));
    strbuf_release(&words);
    return copy;
}

static void build_label(struct sql_builder *builder, const struct object *object)
{
    const struct field *label = object->label_identifier;
    if (label == NULL || label->column_count == 0) {
        build_text(builder, "''");
        return;
    }
    build_text(builder, "concat_ws(' '");
    for (size_t i = 0; i < label->column_count; i++) {
        build_text(builder, ", ");
        build_column(builder, 0, &label->columns[i]);
    }
    build_text(builder, ")");
}

static void build_rank(struct sql_builder *builder, const struct sql_search *search, const char *function,
                       const struct field *field)
{
    if (search->words.len == 0) {
        build_text(builder, "0::float4");
        return;
    }
    strbuf_printf(&builder->text, "pg_catalog.%s(t0.", function);
    identifier_put(&builder->text, field->name);
    build_text(builder, ", words.query)");
}

/* Worse than the cursor, or as good and behind it in the order of objects and ids. */
static void build_after(struct sql_builder *builder, const struct sql_search_cursor *after, size_t object)
{
    build_text(builder, " where cd < ");
    build_arg(builder, SQL_TEXT, after->rank_cd);
    build_text(builder, "::float4 or (cd = ");
    build_arg(builder, SQL_TEXT, after->rank_cd);
    build_text(builder, "::float4 and (plain < ");
    build_arg(builder, SQL_TEXT, after->rank);
    build_text(builder, "::float4");
    if (object >= after->object) {
        build_text(builder, " or (plain = ");
        build_arg(builder, SQL_TEXT, after->rank);
        build_text(builder, "::float4");
        if (object == after->object) {
            build_text(builder, " and id > ");
            struct value id = {.kind = COLUMN_UUID, .as.uuid = after->id};
            build_value(builder, &id);
        }
        build_text(builder, ")");
    }
    build_text(builder, "))");
}

static void build_object(struct sql_builder *builder, const struct sql_search *search, size_t at)
{
    const struct object *object = search->objects[at];
    const struct field *field = sql_search_field(object);
    strbuf_printf(&builder->text, "(select * from (select %zu::int8 as place, ", at);
    build_column(builder, 0, object->id_column);
    build_text(builder, " as id, ");
    build_label(builder, object);
    build_text(builder, " as label, ");
    build_rank(builder, search, "ts_rank_cd", field);
    build_text(builder, " as cd, ");
    build_rank(builder, search, "ts_rank", field);
    build_text(builder, " as plain");
    build_from(builder, 0, object);
    if (search->words.len > 0) {
        build_text(builder, " cross join pg_catalog.to_tsquery('pg_catalog.simple', ");
        build_arg(builder, SQL_TEXT, search->words);
        build_text(builder, ") as words (query)");
    }
    build_text(builder, " where ");
    build_column(builder, 0, object->deleted_at);
    build_text(builder, " is null");
    if (search->words.len > 0) {
        build_text(builder, " and t0.");
        identifier_put(&builder->text, field->name);
        build_text(builder, " @@ words.query");
    }
    build_text(builder, ") as found");
    if (search->after != NULL) {
        build_after(builder, search->after, at);
    }
    build_text(builder, " order by cd desc, plain desc, id limit ");
    build_int(builder, (int64_t)search->limit + 1);
    build_text(builder, ")");
}

struct sql_bound sql_search(struct arena *arena, const struct sql_search *search)
{
    struct sql_builder builder;
    build_begin(&builder, arena);
    build_text(&builder, "select place, id, label, cd::text, plain::text from (");
    for (size_t i = 0; i < search->object_count; i++) {
        build_text(&builder, i == 0 ? "" : " union all ");
        build_object(&builder, search, i);
    }
    build_text(&builder, ") as results order by cd desc, plain desc, place, id limit ");
    build_int(&builder, (int64_t)search->limit + 1);
    return build_end(&builder);
}

struct sql_bound sql_vectors(struct arena *arena, const struct object *object, const struct field *vector,
                             const struct uuid *ids, size_t count)
{
    struct sql_builder builder;
    build_begin(&builder, arena);
    build_text(&builder, "select ");
    build_column(&builder, 0, object->id_column);
    build_text(&builder, ", t0.");
    identifier_put(&builder.text, vector->name);
    build_text(&builder, "::text");
    build_from(&builder, 0, object);
    build_text(&builder, " where ");
    build_column(&builder, 0, object->id_column);
    build_text(&builder, " = any(");
    build_uuids(&builder, ids, count);
    build_text(&builder, ") order by 1");
    return build_end(&builder);
}

/* From inputs to rows: their form, what they mention, and what is written. */
#include "gateway/views/piece_change.h"
#include "common/text/json_write.h"
#include "common/text/number.h"
#include "gateway/views/piece_inner.h"

enum { NAME_MAX_BYTES = 255, TEXT_MAX_BYTES = 10000 };

const struct piece_fact *fact_of(const struct checking *c, enum piece_kind kind, const struct uuid *id)
{
    for (size_t i = 0; i < c->fact_count; i++) {
        if (c->facts[i].kind == kind && uuid_eq(&c->facts[i].id, id)) {
            return &c->facts[i];
        }
    }
    return NULL;
}

const struct json *given(const struct checking *c, const struct piece_column *column)
{
    const struct json *value = (column->rules & PIECE_SERVED) != 0 ? NULL : json_get(c->op->input, column->name);
    bool counts = value != NULL && (value->type != JSON_NULL || (column->rules & PIECE_NULLABLE) != 0);
    return counts ? value : NULL;
}

static struct str text_of(const struct json *value)
{
    return value == NULL || value->type == JSON_NULL ? STR_EMPTY : value->text;
}

struct str will_be(const struct checking *c, const char *name)
{
    const struct piece_column *column = piece_column(c->info, str_from(name));
    const struct json *value = given(c, column);
    if (value != NULL) {
        return text_of(value);
    }
    if (c->own != NULL) {
        return text_of(json_get(c->own->row, column->stored));
    }
    /* Fallbacks that anybody looks at are words. */
    struct str fallback = column->fallback == NULL ? STR_EMPTY : str_from(column->fallback);
    return column->type == PIECE_ENUM && fallback.len > 2 ? str_slice(fallback, 1, fallback.len - 1) : fallback;
}

bool id_will_be(const struct checking *c, const char *name, struct uuid *out)
{
    return uuid_parse(will_be(c, name), out);
}

/* ---- form ---- */

static bool wrong(const struct checking *c, const struct piece_column *column, const char *what)
{
    return err_fail_tag(c->err, ERR_INVALID, "INVALID_INPUT", "%s %s", column->name, what);
}

static bool check_text(const struct checking *c, const struct piece_column *column, const struct json *value)
{
    size_t most = (column->rules & PIECE_NAMED) != 0 ? NAME_MAX_BYTES : TEXT_MAX_BYTES;
    if (value->type != JSON_STRING) {
        return wrong(c, column, "must be a string");
    }
    return value->text.len <= most || err_fail_tag(c->err, ERR_INVALID, "INVALID_INPUT",
                                                   "%s must be shorter than or equal to %zu bytes", column->name, most);
}

static bool check_enum(const struct checking *c, const struct piece_column *column, const struct json *value)
{
    return (value->type == JSON_STRING && piece_enum_has(column->values, value->text)) ||
           err_fail_tag(c->err, ERR_INVALID, "INVALID_INPUT", "%s must be one of the following values: %s",
                        column->name, column->values->values);
}

static bool check_number(const struct checking *c, const struct piece_column *column, const struct json *value)
{
    double number = 0;
    bool good = value->type == JSON_NUMBER && number_parse_double(value->text, &number);
    return good || wrong(c, column, "must be a number");
}

static bool check_integer(const struct checking *c, const struct piece_column *column, const struct json *value)
{
    int64_t number = 0;
    bool good = value->type == JSON_NUMBER && str_to_int64(value->text, 0, INT32_MAX, &number);
    return good || wrong(c, column, "must be an integer that is not negative");
}

static bool check_value(const struct checking *c, const struct piece_column *column, const struct json *value)
{
    struct uuid id;
    switch (column->type) {
    case PIECE_UUID:
        return (value->type == JSON_STRING && uuid_parse(value->text, &id)) || wrong(c, column, "must be a UUID");
    case PIECE_TEXT: return check_text(c, column, value);
    case PIECE_FLAG:
        return value->type == JSON_TRUE || value->type == JSON_FALSE || wrong(c, column, "must be a boolean value");
    case PIECE_NUMBER: return check_number(c, column, value);
    case PIECE_INTEGER: return check_integer(c, column, value);
    case PIECE_ENUM: return check_enum(c, column, value);
    case PIECE_JSON:
    case PIECE_TIME: break;
    }
    return true;
}

bool check_form(const struct checking *c)
{
    if (!json_is(c->op->input, JSON_OBJECT)) {
        return err_fail_tag(c->err, ERR_INVALID, "INVALID_INPUT", "The body must be a JSON object");
    }
    for (size_t i = 0; i < c->info->column_count; i++) {
        const struct piece_column *column = &c->info->columns[i];
        const struct json *value = given(c, column);
        /* Null is an answer to a question that must be answered, and the wrong one. */
        bool asked = c->change->verb == PIECE_CREATE || json_get(c->op->input, column->name) != NULL;
        if (value == NULL && asked && (column->rules & PIECE_REQUIRED) != 0) {
            return wrong(c, column, "should not be empty");
        }
        if (value != NULL && value->type != JSON_NULL && !check_value(c, column, value)) {
            return false;
        }
    }
    return true;
}

/* ---- what is mentioned ---- */

const struct uuid *piece_change_ids(struct arena *arena, const struct piece_change *change, size_t *count)
{
    const struct piece_info *info = &piece_kinds[change->kind];
    struct uuid *ids = ARENA_ARRAY(arena, struct uuid, change->op_count * (info->column_count + 1));
    *count = 0;
    for (size_t i = 0; i < change->op_count; i++) {
        const struct piece_op *op = &change->ops[i];
        if (change->verb != PIECE_CREATE) {
            ids[(*count)++] = op->id;
        }
        for (size_t k = 0; k < info->column_count; k++) {
            const struct piece_column *column = &info->columns[k];
            const struct json *value = column->link == PIECE_TO_PIECE ? json_get(op->input, column->name) : NULL;
            *count += json_is(value, JSON_STRING) && uuid_parse(value->text, &ids[*count]) ? 1 : 0;
        }
    }
    return ids;
}

/* ---- rows ---- */

static void put_key(struct strbuf *out, const char *name)
{
    strbuf_printf(out, "%s\"%s\":", out->ptr[out->len - 1] == '{' ? "" : ",", name);
}

static void put_row(const struct checking *c, struct strbuf *out)
{
    bool fresh = c->own == NULL;
    strbuf_puts(out, out->len > 1 ? ",{\"id\":\"" : "{\"id\":\"");
    uuid_put(out, &c->op->id);
    strbuf_put_char(out, '"');
    for (size_t i = 0; i < c->info->column_count; i++) {
        const struct piece_column *column = &c->info->columns[i];
        const struct json *value = given(c, column);
        bool own_id = strcmp(column->stored, "id") == 0;
        if (own_id || (column->rules & PIECE_SERVED) != 0 || (!fresh && (column->rules & PIECE_FIXED) != 0)) {
            continue;
        }
        if (value != NULL) {
            put_key(out, column->stored);
            json_put_canonical(out, value);
        } else if (fresh) {
            put_key(out, column->stored);
            strbuf_puts(out, column->fallback == NULL ? "null" : column->fallback);
        }
    }
    strbuf_put_char(out, '}');
}

/* ---- one operation ---- */

static bool find_own(struct checking *c)
{
    c->own = c->change->verb == PIECE_CREATE ? NULL : fact_of(c, c->change->kind, &c->op->id);
    bool there = c->own != NULL && (c->own->live || c->change->verb == PIECE_DESTROY);
    return there || c->change->verb == PIECE_CREATE ||
           err_fail_tag(c->err, ERR_NOT_FOUND, c->info->missing, "%s not found", c->info->spoken);
}

static void begin_entry(struct checking *c)
{
    enum report_verb verb = c->change->verb == PIECE_CREATE   ? REPORT_CREATE
                            : c->change->verb == PIECE_UPDATE ? REPORT_UPDATE
                                                              : REPORT_DELETE;
    c->entry = report_begin(c->report, c->info->report, verb);
    report_fact_id(c->report, c->entry, "id", &c->op->id);
}

static bool check_op(struct checking *c, struct strbuf *out)
{
    bool writes = c->change->verb == PIECE_CREATE || c->change->verb == PIECE_UPDATE;
    c->object = NULL;
    c->scope = (struct uuid){0};
    if ((writes && !check_form(c)) || !find_own(c)) {
        return false;
    }
    if (c->change->verb == PIECE_CREATE) {
        const struct json *id = json_get(c->op->input, "id");
        bool brought = json_is(id, JSON_STRING) && uuid_parse(id->text, &c->op->id);
        (void)brought; /* check_form has seen that what is given is one */
    }
    if (writes) {
        begin_entry(c);
        check_meaning(c);
        put_row(c, out);
    }
    return true;
}

enum piece_outcome piece_change_check(struct arena *arena, const struct piece_change *change,
                                      const struct catalogue *catalogue, const struct piece_fact *facts,
                                      size_t fact_count, struct str *rows, struct report *report, struct err *err)
{
    struct strbuf out = {0};
    struct checking checking = {.arena = arena,
                                .change = change,
                                .info = &piece_kinds[change->kind],
                                .catalogue = catalogue,
                                .facts = facts,
                                .fact_count = fact_count,
                                .report = report,
                                .err = err};
    bool good = true;
    strbuf_put_char(&out, '[');
    for (size_t i = 0; i < change->op_count && good; i++) {
        checking.op = &change->ops[i];
        good = check_op(&checking, &out);
    }
    strbuf_put_char(&out, ']');
    *rows = arena_copy(arena, strbuf_str(&out));
    strbuf_release(&out);
    return !good ? PIECE_REFUSED : report->entry_count > 0 ? PIECE_REPORTED : PIECE_READY;
}

/* An object's schemas: what is read, what a create takes, what an update takes (contract/rest-core 6 and 7). */
#include "gateway/docs/docs_core.h"

#include "gateway/docs/docs_text.h"

/* READ is what comes back; in the other two, fields that the server keeps itself are missing. */
enum use { READ, CREATE, UPDATE };

struct writer {
    struct strbuf *out;
    const struct object *object;
    enum use use;
    bool any; /* a property has been written */
};

static bool relation_shown(const struct field *field)
{
    return field->target != NULL && docs_shows(field->target) &&
           (field->side == RELATION_MANY_TO_ONE || field->inverse != NULL);
}

static void put_key(struct writer *w, struct str name)
{
    docs_put(w->out, w->any ? ",'~':" : "'~':", name);
    w->any = true;
}

/* Labels that say more than the name. */
static void put_end(struct writer *w, const struct field *field)
{
    if (field->label.len > 0 && !str_eq(field->label, field->name)) {
        docs_put(w->out, ",'title':^", field->label);
    }
    if (field->unique && field != w->object->id_column->field) {
        docs_put(w->out, ",'description':'Unique'");
    }
    strbuf_put_char(w->out, '}');
}

static bool has_setting(const struct field *field, const char *setting)
{
    return str_find_str(field->settings_json, str_from(setting)) < field->settings_json.len;
}

/* Whole numbers are asked of clients only: what was stored before the setting stays as it is. */
static bool takes_integers(const struct writer *w, const struct field *field)
{
    return w->use != READ && field->type == FIELD_NUMBER &&
           (has_setting(field, "\"int\"") || has_setting(field, "\"bigint\""));
}

static void put_options(struct writer *w, const struct field *field, bool nullable)
{
    if (field->option_count == 0) {
        return;
    }
    for (size_t i = 0; i < field->option_count; i++) {
        docs_put(w->out, i == 0 ? ",'enum':[^" : ",^", field->options[i].value);
    }
    docs_put(w->out, nullable ? ",null]" : "]");
}

/* The members of a scalar's schema, without its braces. */
static void put_scalar(struct writer *w, const struct field *field, const struct column *column)
{
    struct strbuf *out = w->out;
    bool nullable = column->nullable;
    const char *type = "string";
    const char *more = "";
    switch (column->kind) {
    case COLUMN_UUID: more = ",'format':'uuid'"; break;
    case COLUMN_BOOLEAN: type = "boolean"; break;
    case COLUMN_FLOAT8: type = takes_integers(w, field) ? "integer" : "number"; break;
    case COLUMN_NUMERIC: type = "number\",\"string"; break;
    case COLUMN_DATE: more = ",'format':'date'"; break;
    case COLUMN_TIMESTAMPTZ: more = ",'format':'date-time'"; break;
    case COLUMN_TEXT:
        /* An unset text reads as an empty one. */
        nullable = nullable && (w->use != READ || column->form == JSON_FORM_OPTION);
        break;
    case COLUMN_TEXT_ARRAY: type = "array"; break;
    case COLUMN_JSONB:
    case COLUMN_TSVECTOR:
    case COLUMN_KIND_COUNT: break;
    }
    bool several = nullable || column->kind == COLUMN_NUMERIC;
    docs_put(out, several ? "'type':['" : "'type':'");
    docs_put(out, "~", str_from(type));
    docs_put(out, !several ? "'" : nullable ? "','null']" : "']");
    docs_put(out, more);
    if (column->kind == COLUMN_TEXT_ARRAY) {
        docs_put(out, ",'items':{'type':'string'");
        put_options(w, field, false);
        strbuf_put_char(out, '}');
    } else {
        put_options(w, field, nullable);
    }
}

static void put_plain(struct writer *w, const struct field *field)
{
    const struct column *column = &field->columns[0];
    put_key(w, field->name);
    if (field->type == FIELD_POSITION && w->use != READ) {
        docs_put(w->out, "{'anyOf':[{'type':'number'},{'enum':['first','last']}]");
    } else if (field->type == FIELD_FILES) {
        docs_put(w->out, "{'type':['array','null'],'items':{'$ref':'#/components/schemas/File'}");
    } else if (column->kind == COLUMN_JSONB) {
        docs_put(w->out, "{'description':'Any JSON'}");
        return;
    } else {
        strbuf_put_char(w->out, '{');
        put_scalar(w, field, column);
    }
    put_end(w, field);
}

static void put_composite_field(struct writer *w, const struct field *field)
{
    put_key(w, field->name);
    if (w->use == READ) {
        strbuf_put_char(w->out, '{');
        docs_put_composite_ref(w->out, field->type, false);
    } else {
        docs_put(w->out, "{'anyOf':[{");
        docs_put_composite_ref(w->out, field->type, true);
        docs_put(w->out, "},{'type':'null'}]");
    }
    put_end(w, field);
}

static void put_related(struct writer *w, const struct field *field)
{
    put_key(w, field->name);
    if (w->use != READ) {
        docs_put(w->out, "{'$ref':'#/components/schemas/RelationInput'}");
    } else if (field->side == RELATION_MANY_TO_ONE) {
        docs_put(w->out, "{'anyOf':[");
        docs_put_schema_ref(w->out, field->target, "ForResponse");
        docs_put(w->out, ",{'type':'null'}]}");
    } else {
        docs_put(w->out, "{'type':'array','items':");
        docs_put_schema_ref(w->out, field->target, "ForResponse");
        strbuf_put_char(w->out, '}');
    }
}

static void put_relation(struct writer *w, const struct field *field)
{
    if (field->column_count > 0) {
        put_key(w, field->columns[0].name);
        strbuf_put_char(w->out, '{');
        put_scalar(w, field, &field->columns[0]);
        put_end(w, field);
    }
    if (relation_shown(field) && (w->use == READ || field->side == RELATION_MANY_TO_ONE)) {
        put_related(w, field);
    }
}

/* The fields that the server keeps itself are refused, but for what a create may bring and the id (of an update, it
 * must be the path's). */
static bool is_taken(const struct writer *w, const struct field *field)
{
    const struct object *object = w->object;
    if (field == object->updated_at->field || field == object->deleted_at->field || field == object->updated_by) {
        return w->use == READ;
    }
    return w->use != UPDATE || (field != object->created_at->field && field != object->created_by);
}

static void put_properties(struct writer *w)
{
    for (size_t i = 0; i < w->object->field_count; i++) {
        const struct field *field = &w->object->fields[i];
        if (!field->active || field->type == FIELD_TS_VECTOR || !is_taken(w, field)) {
            continue;
        }
        if (field_types[field->type].relation) {
            put_relation(w, field);
        } else if (field_types[field->type].composite) {
            put_composite_field(w, field);
        } else {
            put_plain(w, field);
        }
    }
}

/* What a create cannot do without. A relation may come by its join column or by connect, so neither is required. */
static bool is_required(const struct object *object, const struct field *field)
{
    return field->active && field->column_count == 1 && !field->columns[0].nullable && field->default_json.len == 0 &&
           !field_types[field->type].composite && !field_types[field->type].relation &&
           field != object->id_column->field && field != object->created_at->field &&
           field != object->updated_at->field && field != object->position->field;
}

static void put_required(struct strbuf *out, const struct object *object)
{
    bool any = false;
    for (size_t i = 0; i < object->field_count; i++) {
        if (is_required(object, &object->fields[i])) {
            docs_put(out, any ? ",'~'" : ",'required':['~'", object->fields[i].name);
            any = true;
        }
    }
    strbuf_puts(out, any ? "]" : "");
}

/* A value that a create takes; false for types of which none is the same for everybody. */
static bool put_example_value(struct strbuf *out, const struct field *field)
{
    switch (field->type) {
    case FIELD_TEXT: docs_put(out, "^", field->label); return true;
    case FIELD_BOOLEAN: docs_put(out, "true"); return true;
    case FIELD_NUMBER: docs_put(out, "1"); return true;
    case FIELD_DATE: docs_put(out, "'2026-03-01'"); return true;
    case FIELD_DATE_TIME: docs_put(out, "'2026-03-01T09:30:00.000Z'"); return true;
    case FIELD_SELECT:
    case FIELD_RATING:
        docs_put(out, "^", field->option_count > 0 ? field->options[0].value : STR_EMPTY);
        return field->option_count > 0;
    case FIELD_FULL_NAME: docs_put(out, "{'firstName':'Ada','lastName':'Lovelace'}"); return true;
    case FIELD_EMAILS: docs_put(out, "{'primaryEmail':'ada@example.com'}"); return true;
    case FIELD_LINKS: docs_put(out, "{'primaryLinkUrl':'https://example.com'}"); return true;
    case FIELD_CURRENCY: docs_put(out, "{'amountMicros':1500000000,'currencyCode':'EUR'}"); return true;
    default: return false;
    }
}

static void put_example(struct strbuf *out, const struct object *object)
{
    enum { SHOWN_MAX = 6 };
    size_t shown = 0;
    docs_put(out, ",'examples':[{");
    for (size_t i = 0; i < object->field_count; i++) {
        const struct field *field = &object->fields[i];
        bool wanted = field->active && !field->system && (shown < SHOWN_MAX || is_required(object, field));
        if (!wanted || field_types[field->type].relation) {
            continue;
        }
        size_t start = out->len;
        docs_put(out, shown == 0 ? "'~':" : ",'~':", field->name);
        if (put_example_value(out, field)) {
            shown++;
        } else {
            out->len = start;
        }
    }
    docs_put(out, "}]");
}

static void put_schema(struct strbuf *out, const struct object *object, enum use use, const char *suffix)
{
    struct writer w = {.out = out, .object = object, .use = use};
    docs_put(out, ",'");
    docs_put_schema_name(out, object);
    docs_put(out, "~':{'type':'object'", str_from(suffix));
    if (use == READ) {
        /* `fields` may leave out any other. */
        docs_put(out, ",'required':['id']");
    } else if (use == CREATE) {
        put_required(out, object);
    }
    docs_put(out, ",'properties':{");
    put_properties(&w);
    docs_put(out, use == READ ? "}" : "},'additionalProperties':false");
    if (use == CREATE) {
        put_example(out, object);
    }
    strbuf_put_char(out, '}');
}

void docs_put_schemas(struct strbuf *out, const struct object *object)
{
    put_schema(out, object, CREATE, "");
    put_schema(out, object, UPDATE, "ForUpdate");
    put_schema(out, object, READ, "ForResponse");
}

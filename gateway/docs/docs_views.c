/* Views, page layouts and what is in them: paths and schemas made from the tables of gateway/views. */
#include "gateway/docs/docs_metadata.h"
#include "gateway/docs/docs_text.h"
#include "gateway/views/piece.h"
#include <stdio.h>

enum { TEXT_MAX = 640 };

/* ---- paths ---- */

static void put_parameter(char *out, const char *name, bool required, const char *schema)
{
    snprintf(out, TEXT_MAX, "{'name':'%s','in':'query','required':%s,'description':'Only of this one','schema':{%s}},",
             name, required ? "true" : "false", schema);
}

static void put_list(struct strbuf *out, const struct piece_info *info, const char *tag)
{
    char id[80];
    char answer[TEXT_MAX];
    char more[2 * TEXT_MAX] = "";
    snprintf(id, sizeof id, "findMany%ss", info->type);
    snprintf(answer, sizeof answer,
             "'type':'object','required':['data','pageInfo','totalCount'],'properties':{'data':{'type':'array',"
             "'items':{'$ref':'#/components/schemas/%sForResponse'}},'pageInfo':{'$ref':"
             "'#/components/schemas/PageInfo'},'totalCount':{'type':'integer'}}",
             info->type);
    put_parameter(more, info->parent_name, info->parent_wanted, "'type':'string','format':'uuid'");
    if (info->type_name != NULL) {
        put_parameter(more + strlen(more), info->type_name, false, "'type':'string'");
    }
    const struct docs_operation operation = {NULL,       "get", id,    tag, "List them, newest ids first",
                                             TAKES_PAGE, NULL,  answer};
    docs_put_metadata_operation(out, &operation, more);
}

static void put_one(struct strbuf *out, const struct piece_info *info, const char *tag, const char *method,
                    const char *verb, const char *summary, unsigned use, const char *body)
{
    static const char gone[] = "'type':'object','required':['success'],'properties':{'success':{'const':true}}";
    char id[80];
    char schema[80];
    char answer[TEXT_MAX];
    snprintf(id, sizeof id, "%sOne%s", verb, info->type);
    snprintf(schema, sizeof schema, "%s%s", info->type, body == NULL ? "" : body);
    snprintf(answer, sizeof answer, "'$ref':'#/components/schemas/%sForResponse'", info->type);
    const struct docs_operation operation = {NULL,
                                             method,
                                             id,
                                             tag,
                                             summary,
                                             use,
                                             body == NULL ? NULL : schema,
                                             strcmp(method, "delete") == 0 ? gone : answer};
    docs_put_metadata_operation(out, &operation, NULL);
}

void docs_put_view_paths(struct strbuf *out)
{
    for (size_t i = 0; i < PIECE_KIND_COUNT; i++) {
        const struct piece_info *info = &piece_kinds[i];
        const char *tag = info->of_view ? "views" : "pageLayouts";
        docs_put(out, ",'/~':{", str_from(info->path));
        put_list(out, info, tag);
        strbuf_put_char(out, ',');
        put_one(out, info, tag, "post", "create", "Create one", TAKES_BODY | REPORTS, "");
        docs_put(out, "},'/~/{id}':{'parameters':[{'$ref':'#/components/parameters/idPath'}],", str_from(info->path));
        put_one(out, info, tag, "get", "find", "Read one", MAY_MISS, NULL);
        strbuf_put_char(out, ',');
        put_one(out, info, tag, "patch", "update", "Change one", TAKES_BODY | MAY_MISS | REPORTS, "ForUpdate");
        strbuf_put_char(out, ',');
        put_one(out, info, tag, "delete", "delete", "Delete one", MAY_MISS, NULL);
        strbuf_put_char(out, '}');
    }
}

/* ---- schemas ---- */

static const struct {
    const char *type;
    const char *format;
} wire[] = {
    [PIECE_UUID] = {"string", "uuid"}, [PIECE_TEXT] = {"string", NULL},        [PIECE_FLAG] = {"boolean", NULL},
    [PIECE_NUMBER] = {"number", NULL}, [PIECE_INTEGER] = {"integer", NULL},    [PIECE_ENUM] = {"string", NULL},
    [PIECE_JSON] = {NULL, NULL},       [PIECE_TIME] = {"string", "date-time"},
};

static void put_words(struct strbuf *out, const struct piece_column *column, bool nullable)
{
    struct str rest = str_from(column->values->values);
    struct str word;
    const char *comma = "";
    docs_put(out, ",'enum':[");
    while (str_split(&rest, ' ', &word)) {
        docs_put(out, "~^", str_from(comma), word);
        comma = ",";
    }
    docs_put(out, nullable ? ",null]" : "]");
}

static void put_column(struct strbuf *out, const struct piece_column *column)
{
    bool nullable = (column->rules & PIECE_NULLABLE) != 0;
    docs_put(out, "'~':{", str_from(column->name));
    if (column->type == PIECE_JSON) {
        docs_put(out, "'description':'Any JSON'");
    } else {
        docs_put(out, nullable ? "'type':['~','null']" : "'type':'~'", str_from(wire[column->type].type));
        if (wire[column->type].format != NULL) {
            docs_put(out, ",'format':'~'", str_from(wire[column->type].format));
        }
        if (column->type == PIECE_ENUM) {
            put_words(out, column, nullable);
        }
    }
    strbuf_put_char(out, '}');
}

enum use { SHOWN, CREATED, CHANGED };

static bool is_in(const struct piece_column *column, enum use use)
{
    bool given = (column->rules & PIECE_SERVED) == 0;
    return use == SHOWN || (use == CREATED && given) || (given && (column->rules & PIECE_FIXED) == 0);
}

static bool is_required(const struct piece_column *column, enum use use)
{
    return use == SHOWN || (use == CREATED && (column->rules & PIECE_REQUIRED) != 0);
}

static void put_schema(struct strbuf *out, const struct piece_info *info, const char *suffix, enum use use)
{
    const char *comma = "";
    docs_put(out, ",'~~':{'type':'object','required':[", str_from(info->type), str_from(suffix));
    for (size_t i = 0; i < info->column_count; i++) {
        if (is_in(&info->columns[i], use) && is_required(&info->columns[i], use)) {
            docs_put(out, "~'~'", str_from(comma), str_from(info->columns[i].name));
            comma = ",";
        }
    }
    docs_put(out, "],'properties':{");
    comma = "";
    for (size_t i = 0; i < info->column_count; i++) {
        if (is_in(&info->columns[i], use)) {
            strbuf_puts(out, comma);
            put_column(out, &info->columns[i]);
            comma = ",";
        }
    }
    docs_put(out, "}}");
}

void docs_put_view_schemas(struct strbuf *out)
{
    for (size_t i = 0; i < PIECE_KIND_COUNT; i++) {
        put_schema(out, &piece_kinds[i], "", CREATED);
        put_schema(out, &piece_kinds[i], "ForUpdate", CHANGED);
        put_schema(out, &piece_kinds[i], "ForResponse", SHOWN);
    }
}

#include "common/text/json_write.h"
#include "gateway/graphql/builtin.h"

/* As a block string, which keeps the lines of the text. */
static void put_description(struct strbuf *out, const char *text, const char *indent)
{
    if (text == NULL || text[0] == '\0') {
        return;
    }
    strbuf_printf(out, "%s\"\"\"", indent);
    for (const char *at = text; *at != '\0'; at++) {
        if (str_starts_with(str_from(at), STR("\"\"\""))) {
            strbuf_puts(out, "\\\"\"\"");
            at += 2;
        } else {
            strbuf_put_char(out, *at);
            if (*at == '\n') {
                strbuf_puts(out, indent);
            }
        }
    }
    /* A quote or backslash at the end would join what follows. */
    char last = out->ptr[out->len - 1];
    strbuf_printf(out, "%s\"\"\"\n", last == '"' || last == '\\' ? "\n" : "");
}

static void put_deprecation(struct strbuf *out, const char *reason)
{
    if (reason != NULL) {
        strbuf_puts(out, " @deprecated(reason: ");
        json_put_string(out, str_from(reason));
        strbuf_put_char(out, ')');
    }
}

static void put_input(struct strbuf *out, const struct gql_schema *schema, const struct gql_field *field)
{
    strbuf_put(out, field->name);
    strbuf_puts(out, ": ");
    gql_ref_print(out, schema, field->type);
    if (field->extra != NULL && field->extra->default_text != NULL) {
        strbuf_printf(out, " = %s", field->extra->default_text);
    }
    put_deprecation(out, field->extra == NULL ? NULL : field->extra->deprecation);
}

static void put_arguments(struct strbuf *out, const struct gql_schema *schema, const struct gql_field *arguments,
                          size_t count)
{
    if (count == 0) {
        return;
    }
    strbuf_put_char(out, '(');
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(out, i == 0 ? "" : ", ");
        put_input(out, schema, &arguments[i]);
    }
    strbuf_put_char(out, ')');
}

static void put_fields(struct strbuf *out, const struct gql_schema *schema, const struct gql_type *type)
{
    strbuf_puts(out, " {\n");
    for (uint32_t i = 0; i < type->count; i++) {
        const struct gql_field *field = &type->fields[i];
        put_description(out, field->extra == NULL ? NULL : field->extra->description, "  ");
        strbuf_puts(out, "  ");
        if (type->kind == GQL_INPUT) {
            put_input(out, schema, field);
        } else {
            strbuf_put(out, field->name);
            put_arguments(out, schema, field->arguments, field->argument_count);
            strbuf_puts(out, ": ");
            gql_ref_print(out, schema, field->type);
            put_deprecation(out, field->extra == NULL ? NULL : field->extra->deprecation);
        }
        strbuf_put_char(out, '\n');
    }
    strbuf_puts(out, "}\n");
}

static void put_values(struct strbuf *out, const struct gql_type *type)
{
    strbuf_puts(out, " {\n");
    for (uint32_t i = 0; i < type->count; i++) {
        put_description(out, type->values[i].description, "  ");
        strbuf_puts(out, "  ");
        strbuf_put(out, type->values[i].name);
        put_deprecation(out, type->values[i].deprecation);
        strbuf_put_char(out, '\n');
    }
    strbuf_puts(out, "}\n");
}

static void put_type(struct strbuf *out, const struct gql_schema *schema, const struct gql_type *type)
{
    static const char *const words[] = {"scalar ", "type ", "enum ", "input "};
    put_description(out, type->description, "");
    strbuf_puts(out, words[type->kind]);
    strbuf_put(out, type->name);
    if (type->kind == GQL_SCALAR) {
        if (type->specified_by != NULL) {
            strbuf_puts(out, " @specifiedBy(url: ");
            json_put_string(out, str_from(type->specified_by));
            strbuf_put_char(out, ')');
        }
        strbuf_put_char(out, '\n');
    } else if (type->kind == GQL_ENUM) {
        put_values(out, type);
    } else {
        strbuf_puts(out, type->one_of ? " @oneOf" : "");
        put_fields(out, schema, type);
    }
}

void gql_schema_print_sdl(struct strbuf *out, const struct gql_schema *schema)
{
    for (uint32_t i = GQL_BUILTIN_TYPES + 1; i < schema->type_count; i++) {
        strbuf_puts(out, i == GQL_BUILTIN_TYPES + 1 ? "" : "\n");
        put_type(out, schema, &schema->types[i]);
    }
}

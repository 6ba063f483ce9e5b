#include "gateway/graphql/schema.h"

#include "common/base/map.h"
#include "gateway/graphql/introspect.h"
#include "gateway/graphql/names.h"

const char *const gql_place_names[GQL_PLACE_COUNT] = {
    "QUERY",
    "MUTATION",
    "SUBSCRIPTION",
    "FIELD",
    "FRAGMENT_DEFINITION",
    "FRAGMENT_SPREAD",
    "INLINE_FRAGMENT",
    "VARIABLE_DEFINITION",
    "SCHEMA",
    "SCALAR",
    "OBJECT",
    "FIELD_DEFINITION",
    "ARGUMENT_DEFINITION",
    "INTERFACE",
    "UNION",
    "ENUM",
    "ENUM_VALUE",
    "INPUT_OBJECT",
    "INPUT_FIELD_DEFINITION",
};

/* String is the first type after "none": see builtin.c. */
const struct gql_field gql_typename_field = {.name = STR_INIT("__typename"), .type = {1, 2}, .role = GQL_META_TYPENAME};

const struct gql_type *gql_schema_type(const struct gql_schema *schema, struct str name)
{
    return gql_names_get(schema->names, name);
}

const struct gql_type *gql_schema_root(const struct gql_schema *schema, enum gql_operation_kind kind)
{
    return schema->roots[kind] == 0 ? NULL : &schema->types[schema->roots[kind]];
}

const struct gql_directive_type *gql_schema_directive(const struct gql_schema *schema, struct str name)
{
    for (size_t i = 0; i < schema->directive_count; i++) {
        if (str_eq(schema->directives[i].name, name)) {
            return &schema->directives[i];
        }
    }
    return NULL;
}

static const struct gql_field *find_linear(const struct gql_field *fields, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_eq(fields[i].name, name)) {
            return &fields[i];
        }
    }
    return NULL;
}

const struct gql_field *gql_type_field(const struct gql_type *type, struct str name)
{
    if (type->kind != GQL_OBJECT && type->kind != GQL_INPUT) {
        return NULL;
    }
    if (type->slots == NULL) {
        return find_linear(type->fields, type->count, name);
    }
    for (size_t at = map_hash(name) & type->mask; type->slots[at] != 0; at = (at + 1) & type->mask) {
        const struct gql_field *field = &type->fields[type->slots[at] - 1];
        /* A type that shares its fields with a longer one sees only its own. */
        if (str_eq(field->name, name)) {
            return type->slots[at] <= type->count ? field : NULL;
        }
    }
    return NULL;
}

const struct gql_field *gql_field_argument(const struct gql_field *field, struct str name)
{
    return find_linear(field->arguments, field->argument_count, name);
}

const struct gql_enum_value *gql_type_value(const struct gql_type *type, struct str name)
{
    for (uint32_t i = 0; type->kind == GQL_ENUM && i < type->count; i++) {
        if (str_eq(type->values[i].name, name)) {
            return &type->values[i];
        }
    }
    return NULL;
}

const struct gql_field *gql_schema_meta_field(const struct gql_schema *schema, bool one_type)
{
    /* The last type is the home of the two, and has no name. */
    return &schema->types[0].fields[one_type ? 1 : 0];
}

const struct gql_field *gql_selectable(const struct gql_schema *schema, const struct gql_type *parent, struct str name)
{
    if (name.len > 2 && name.ptr[0] == '_' && name.ptr[1] == '_') {
        if (str_is(name, "__typename") && parent->kind == GQL_OBJECT) {
            return &gql_typename_field;
        }
        const struct gql_type *query = gql_schema_root(schema, GQL_QUERY);
        if (query != NULL && parent == query && (str_is(name, "__schema") || str_is(name, "__type"))) {
            return gql_schema_meta_field(schema, name.len == 6);
        }
    }
    return gql_type_field(parent, name);
}

bool gql_field_required(const struct gql_field *field)
{
    return gql_ref_is_required(field->type) && (field->extra == NULL || field->extra->default_text == NULL);
}

struct gql_ref gql_ref_of_node(const struct gql_schema *schema, const struct gql_type_node *node)
{
    const struct gql_type *type = gql_schema_type(schema, node->name);
    return type == NULL ? (struct gql_ref){0} : (struct gql_ref){(uint32_t)(type - schema->types), node->wraps};
}

void gql_ref_print(struct strbuf *out, const struct gql_schema *schema, struct gql_ref ref)
{
    for (uint32_t wraps = ref.wraps; wraps != 0; wraps >>= 2) {
        if ((wraps & 3) == 1) {
            strbuf_put_char(out, '[');
        }
    }
    strbuf_put(out, gql_type_of(schema, ref)->name);
    char ends[GQL_WRAPS_MAX];
    size_t count = 0;
    for (uint32_t wraps = ref.wraps; wraps != 0 && count < sizeof ends; wraps >>= 2) {
        ends[count++] = (wraps & 3) == 1 ? ']' : '!';
    }
    while (count > 0) {
        strbuf_put_char(out, ends[--count]);
    }
}

struct str gql_ref_text(struct arena *arena, const struct gql_schema *schema, struct gql_ref ref)
{
    struct strbuf out = {0};
    gql_ref_print(&out, schema, ref);
    struct str text = arena_copy(arena, strbuf_str(&out));
    strbuf_release(&out);
    return text;
}

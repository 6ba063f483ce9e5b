#include "gateway/graphql/introspect.h"

#include "common/text/json_write.h"
#include "gateway/graphql/introspect_role.h"
#include <assert.h>
#include <stdlib.h>

/* What is being described: the type of the selection says which of these counts. */
struct subject {
    struct gql_ref type;
    const struct gql_field *field;
    const struct gql_enum_value *value;
    const struct gql_directive_type *directive;
    const char *description;
    const char *deprecation;
    struct str name;
};

struct intro {
    struct strbuf *out;
    const struct gql_schema *schema;
};

static void put_object(struct intro *i, const struct gql_selected *selected, const struct subject *subject);

bool gql_is_introspection(const struct gql_selected *field)
{
    return field->field != NULL && (field->field->role == GQL_META_SCHEMA || field->field->role == GQL_META_TYPE) &&
           str_starts_with(field->field->name, STR("__"));
}

static void put_bool(struct intro *i, bool value)
{
    strbuf_puts(i->out, value ? "true" : "false");
}

static void put_text(struct intro *i, const char *text)
{
    if (text == NULL) {
        strbuf_puts(i->out, "null");
    } else {
        json_put_string(i->out, str_from(text));
    }
}

static bool with_deprecated(const struct gql_selected *selected)
{
    const struct gql_datum *datum = gql_selected_argument(selected, "includeDeprecated");
    return datum != NULL && datum->kind == GQL_DATUM_BOOLEAN && datum->as.boolean;
}

/* ---- lists ---- */

static void put_type_ref(struct intro *i, const struct gql_selected *selected, struct gql_ref ref)
{
    if (ref.type == 0) {
        strbuf_puts(i->out, "null");
        return;
    }
    const struct gql_type *type = gql_type_of(i->schema, ref);
    struct subject subject = {.type = ref, .name = type->name, .description = type->description};
    if (ref.wraps != 0) {
        subject.name = STR_EMPTY;
        subject.description = NULL;
    }
    put_object(i, selected, &subject);
}

static void put_fields(struct intro *i, const struct gql_selected *selected, const struct gql_field *fields,
                       size_t count)
{
    const char *before = "[";
    bool all = with_deprecated(selected);
    for (size_t k = 0; k < count && !i->out->overflowed; k++) {
        const struct gql_extra *extra = fields[k].extra;
        struct subject subject = {.type = fields[k].type, .field = &fields[k], .name = fields[k].name};
        if (extra != NULL) {
            subject.description = extra->description;
            subject.deprecation = extra->deprecation;
        }
        if (all || subject.deprecation == NULL) {
            strbuf_puts(i->out, before);
            put_object(i, selected, &subject);
            before = ",";
        }
    }
    strbuf_puts(i->out, before[0] == '[' ? "[]" : "]");
}

static void put_values(struct intro *i, const struct gql_selected *selected, const struct gql_type *type)
{
    const char *before = "[";
    bool all = with_deprecated(selected);
    for (uint32_t k = 0; k < type->count && !i->out->overflowed; k++) {
        const struct gql_enum_value *value = &type->values[k];
        struct subject subject = {
            .value = value, .name = value->name, .description = value->description, .deprecation = value->deprecation};
        if (all || value->deprecation == NULL) {
            strbuf_puts(i->out, before);
            put_object(i, selected, &subject);
            before = ",";
        }
    }
    strbuf_puts(i->out, before[0] == '[' ? "[]" : "]");
}

static void put_types(struct intro *i, const struct gql_selected *selected)
{
    for (uint32_t k = 1; k < i->schema->type_count && !i->out->overflowed; k++) {
        strbuf_put_char(i->out, k == 1 ? '[' : ',');
        put_type_ref(i, selected, (struct gql_ref){k, 0});
    }
    strbuf_put_char(i->out, ']');
}

static void put_directives(struct intro *i, const struct gql_selected *selected)
{
    strbuf_put_char(i->out, '[');
    for (size_t k = 0; k < i->schema->directive_count; k++) {
        const struct gql_directive_type *directive = &i->schema->directives[k];
        struct subject subject = {
            .directive = directive, .name = directive->name, .description = directive->description};
        strbuf_puts(i->out, k == 0 ? "" : ",");
        put_object(i, selected, &subject);
    }
    strbuf_put_char(i->out, ']');
}

static void put_locations(struct intro *i, const struct gql_directive_type *directive)
{
    const char *before = "[";
    assert(directive != NULL); /* only __Directive has locations */
    for (unsigned k = 0; k < GQL_PLACE_COUNT; k++) {
        if (directive->places >> k & 1) {
            strbuf_printf(i->out, "%s\"%s\"", before, gql_place_names[k]);
            before = ",";
        }
    }
    strbuf_puts(i->out, before[0] == '[' ? "[]" : "]");
}

/* ---- members ---- */

static void put_kind(struct intro *i, struct gql_ref ref)
{
    static const char *const kinds[] = {"SCALAR", "OBJECT", "ENUM", "INPUT_OBJECT"};
    put_text(i, gql_ref_is_required(ref) ? "NON_NULL"
                : gql_ref_is_list(ref)   ? "LIST"
                                         : kinds[gql_type_of(i->schema, ref)->kind]);
}

static void put_null(struct intro *i)
{
    strbuf_puts(i->out, "null");
}

/* What only a type has. A list or non-null form of one has nothing but `ofType`. */
static void put_of_type(struct intro *i, const struct gql_selected *member, const struct subject *subject)
{
    const struct gql_type *type = gql_type_of(i->schema, subject->type);
    bool plain = subject->type.wraps == 0;
    switch ((enum intro_role)member->field->role) {
    case INTRO_KIND: put_kind(i, subject->type); return;
    case INTRO_SPECIFIED_BY: put_text(i, plain && type->kind == GQL_SCALAR ? type->specified_by : NULL); return;
    case INTRO_OF_TYPE: put_type_ref(i, member, plain ? (struct gql_ref){0} : gql_ref_inner(subject->type)); return;
    case INTRO_FIELDS:
        if (plain && type->kind == GQL_OBJECT) {
            put_fields(i, member, type->fields, type->count);
            return;
        }
        break;
    case INTRO_INPUT_FIELDS:
        if (plain && type->kind == GQL_INPUT) {
            put_fields(i, member, type->fields, type->count);
            return;
        }
        break;
    case INTRO_ENUM_VALUES:
        if (plain && type->kind == GQL_ENUM) {
            put_values(i, member, type);
            return;
        }
        break;
    case INTRO_INTERFACES:
        if (plain && type->kind == GQL_OBJECT) {
            strbuf_puts(i->out, "[]");
            return;
        }
        break;
    case INTRO_IS_ONE_OF:
        if (plain && type->kind == GQL_INPUT) {
            put_bool(i, type->one_of);
            return;
        }
        break;
    default: break;
    }
    put_null(i);
}

static void put_member(struct intro *i, const struct gql_selected *member, const struct subject *subject)
{
    const struct gql_schema *schema = i->schema;
    switch ((enum intro_role)member->field->role) {
    case INTRO_NAME:
        if (subject->name.len == 0) {
            put_null(i);
        } else {
            json_put_string(i->out, subject->name);
        }
        break;
    case INTRO_DESCRIPTION: put_text(i, subject->description); break;
    case INTRO_TYPES: put_types(i, member); break;
    case INTRO_QUERY_TYPE: put_type_ref(i, member, (struct gql_ref){schema->roots[GQL_QUERY], 0}); break;
    case INTRO_MUTATION_TYPE: put_type_ref(i, member, (struct gql_ref){schema->roots[GQL_MUTATION], 0}); break;
    case INTRO_SUBSCRIPTION_TYPE: put_type_ref(i, member, (struct gql_ref){schema->roots[GQL_SUBSCRIPTION], 0}); break;
    case INTRO_DIRECTIVES: put_directives(i, member); break;
    case INTRO_ARGS:
        if (subject->directive != NULL) {
            put_fields(i, member, subject->directive->arguments, subject->directive->argument_count);
        } else {
            assert(subject->field != NULL);
            put_fields(i, member, subject->field->arguments, subject->field->argument_count);
        }
        break;
    case INTRO_TYPE: put_type_ref(i, member, subject->type); break;
    case INTRO_IS_DEPRECATED: put_bool(i, subject->deprecation != NULL); break;
    case INTRO_DEPRECATION_REASON: put_text(i, subject->deprecation); break;
    case INTRO_DEFAULT_VALUE:
        assert(subject->field != NULL);
        put_text(i, subject->field->extra == NULL ? NULL : subject->field->extra->default_text);
        break;
    case INTRO_IS_REPEATABLE:
        assert(subject->directive != NULL);
        put_bool(i, subject->directive->repeatable);
        break;
    case INTRO_LOCATIONS: put_locations(i, subject->directive); break;
    default: put_of_type(i, member, subject); break;
    }
}

static void put_object(struct intro *i, const struct gql_selected *selected, const struct subject *subject)
{
    strbuf_put_char(i->out, '{');
    for (const struct gql_selected *member = selected->first; member != NULL; member = member->next) {
        if (i->out->overflowed) {
            return;
        }
        json_put_string(i->out, member->key);
        strbuf_put_char(i->out, ':');
        if (member->field == NULL) {
            put_null(i);
        } else if (member->field == &gql_typename_field) {
            json_put_string(i->out, member->parent->name);
        } else {
            put_member(i, member, subject);
        }
        strbuf_puts(i->out, member->next == NULL ? "" : ",");
    }
    strbuf_put_char(i->out, '}');
}

void gql_introspect(struct strbuf *out, const struct gql_schema *schema, const struct gql_selected *field)
{
    struct intro intro = {out, schema};
    if (field->field->role == GQL_META_SCHEMA) {
        put_object(&intro, field, &(struct subject){.description = schema->description});
        return;
    }
    const struct gql_datum *name = gql_selected_argument(field, "name");
    const struct gql_type *type = name == NULL ? NULL : gql_schema_type(schema, name->as.text);
    put_type_ref(&intro, field, (struct gql_ref){type == NULL ? 0 : (uint32_t)(type - schema->types), 0});
}

#define OF_TYPE(inner) " ofType { name kind" inner " }"
#define OF_TYPES       OF_TYPE(OF_TYPE(OF_TYPE(OF_TYPE(OF_TYPE(OF_TYPE(OF_TYPE(OF_TYPE(OF_TYPE("")))))))))

const char gql_introspection_query[] =
    "query IntrospectionQuery { __schema { description queryType { name kind } mutationType { name kind } "
    "subscriptionType { name kind } types { ...FullType } directives { name description isRepeatable locations "
    "args(includeDeprecated: true) { ...InputValue } } } } "
    "fragment FullType on __Type { kind name description specifiedByURL isOneOf fields(includeDeprecated: true) { name "
    "description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason } "
    "inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef } "
    "enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } "
    "possibleTypes { ...TypeRef } } "
    "fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated "
    "deprecationReason } "
    "fragment TypeRef on __Type { kind name" OF_TYPES " }";

void gql_introspection_reply(struct strbuf *out, const struct gql_schema *schema)
{
    struct arena arena = {0};
    struct gql_errors errors = {.arena = &arena};
    struct gql_prepared prepared;
    if (!gql_prepare(&arena, schema, str_from(gql_introspection_query), STR_EMPTY, NULL, NULL, &prepared, &errors)) {
        abort(); /* the text above and the types of builtin.c do not belong together */
    }
    strbuf_puts(out, "{\"data\":{\"__schema\":");
    gql_introspect(out, schema, prepared.first);
    strbuf_puts(out, "}}");
    arena_release(&arena);
}

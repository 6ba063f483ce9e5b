/*
 * Any bytes as a document: parsed, validated, prepared and, if it introspects, answered. Whatever was validated must
 * have a tree that agrees with the schema, arguments that are JSON, and places that lie inside the source. The input is
 * the document, and behind a line "--variables" the variables.
 */
#include "common/text/json_write.h"
#include "common/text/utf8.h"
#include "gateway/graphql/introspect.h"
#include "gateway/graphql/prepare.h"
#include "gateway/graphql/validate.h"
#include "tests/unit/gateway_graphql_fixture.h"

static const struct json_limits json_limits = {.max_depth = 64, .max_nodes = 10000};
static const struct gql_limits strict = {0};
static const struct gql_limits lenient = {.lenient = true, .work = 20000, .fields = 500, .skip_rules = ~UINT64_C(0)};
static struct arena schema_arena;
static const struct gql_schema *schema;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_tree(struct arena *arena, const struct gql_selected *first, const struct gql_type *type, bool valid)
{
    for (const struct gql_selected *at = first; at != NULL; at = at->next) {
        check(at->parent == type && at->key.len > 0);
        check(at->field != NULL || !valid);
        if (at->field == NULL) {
            continue;
        }
        const struct gql_type *inner = gql_type_of(schema, at->field->type);
        check(inner->kind == GQL_OBJECT ? !valid || at->first != NULL : at->first == NULL);
        for (const struct gql_datum *datum = at->arguments; datum != NULL; datum = datum->next) {
            struct strbuf out = {0};
            json_put_canonical(&out, gql_datum_json(arena, datum));
            check(utf8_invalid_at(strbuf_str(&out)) == out.len);
            check(memchr(out.ptr, '\0', out.len) == NULL);
            strbuf_release(&out);
        }
        check_tree(arena, at->first, inner, valid);
    }
}

static void check_errors(const struct gql_errors *errors, struct str source)
{
    check(errors->count <= GQL_ERRORS_MAX + 1);
    for (const struct gql_error *at = errors->first; at != NULL; at = at->next) {
        check(at->message.len > 0 && utf8_invalid_at(at->message) == at->message.len);
        for (size_t i = 0; i < at->location_count; i++) {
            check(at->locations[i].line > 0 && at->locations[i].line <= source.len + 1);
            check(at->locations[i].column > 0 && at->locations[i].column <= source.len + 2);
        }
    }
}

static void ask(struct str source, const struct json *variables, const struct gql_limits *limits, bool valid)
{
    struct arena arena = {0};
    struct gql_errors errors = {.arena = &arena};
    struct gql_prepared prepared;
    if (!gql_prepare(&arena, schema, source, STR_EMPTY, variables, limits, &prepared, &errors)) {
        check(errors.count > 0);
        check_errors(&errors, source);
        arena_release(&arena);
        return;
    }
    check(errors.count == 0 && prepared.root != NULL && (prepared.first != NULL) == (prepared.count > 0));
    check_tree(&arena, prepared.first, prepared.root, valid);
    for (const struct gql_selected *at = prepared.first; at != NULL; at = at->next) {
        if (gql_is_introspection(at) && at->error == NULL) {
            struct strbuf out = {.ceiling = (size_t)1 << 20};
            gql_introspect(&out, schema, at);
            check(out.overflowed || json_parse(&arena, strbuf_str(&out), &(struct json_limits){300, 1000000}, NULL));
            strbuf_release(&out);
        }
    }
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct str source = str_of((const char *)data, size);
    struct str mark = STR("\n--variables\n");
    size_t end = str_find_str(source, mark);
    const struct json *variables =
        end == size ? NULL : json_parse(&arena, str_slice(source, end + mark.len, size), &json_limits, NULL);
    if (schema == NULL) {
        schema = zoo_schema(&schema_arena);
    }
    source = str_slice(source, 0, end);
    ask(source, variables, &strict, true);
    ask(source, variables, &lenient, false);
    arena_release(&arena);
    return 0;
}

/*
 * Our side of the comparison with graphql-js. `validate zoo|core` first prints our introspection reply as one line;
 * then for every line of standard input, a document as a JSON string, one line: {"errors":[{"rule":…,"message":…,
 * "locations":[[line,column],…]},…]}. `validate core sdl` prints the schema; `validate core size 500` measures.
 */
#include "gateway/graphql/validate.h"
#include "common/base/strbuf.h"
#include "common/text/json_write.h"
#include "gateway/graphql/introspect.h"
#include "gateway/graphql/prepare.h"
#include "gateway/schema/core_schema.h"
#include "tests/unit/gateway_graphql_fixture.h"
#include "tests/unit/gateway_schema_fixture.h"
#include <time.h>

/* graphql-js has no such limits, and so the documents must meet ours only by being too wild. */
static const struct gql_limits wide = {
    .tokens = 1000000, .nesting = 200, .depth = 200, .aliases = 100000, .directives = 100000, .work = 50000000};
static const struct json_limits json_limits = {.max_depth = 2, .max_nodes = 2};

static void put_errors(struct strbuf *out, const struct gql_errors *errors)
{
    strbuf_puts(out, "{\"errors\":[");
    for (const struct gql_error *at = errors->first; at != NULL; at = at->next) {
        strbuf_printf(out, "{\"rule\":\"%s\",\"message\":", at->rule);
        json_put_string(out, at->message);
        strbuf_puts(out, ",\"locations\":[");
        for (size_t i = 0; i < at->location_count; i++) {
            strbuf_printf(out, "%s[%u,%u]", i == 0 ? "" : ",", at->locations[i].line, at->locations[i].column);
        }
        strbuf_puts(out, at->next == NULL ? "]}" : "]},");
    }
    strbuf_puts(out, "]}\n");
}

static void print(struct strbuf *out)
{
    fwrite(out->ptr, 1, out->len, stdout);
    fflush(stdout);
    strbuf_release(out);
}

static void check(const struct gql_schema *schema, struct str line)
{
    struct arena arena = {0};
    struct gql_errors errors = {.arena = &arena};
    struct strbuf out = {0};
    const struct json *json = json_parse(&arena, line, &json_limits, NULL);
    if (!json_is(json, JSON_STRING)) {
        fprintf(stderr, "not a JSON string: %.*s\n", STR_ARG(line));
        exit(2);
    }
    const struct gql_document *document = gql_parse(&arena, json->text, &wide, &errors);
    /* What was found is in the list. */
    (void)(document != NULL && gql_validate(&arena, schema, document, &wide, &errors));
    put_errors(&out, &errors);
    print(&out);
    arena_release(&arena);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A page of companies with their people, as clients send it. */
static const char page[] =
    "query Page($filter: CompanyFilterInput, $after: String) { companies(first: 60, after: $after, filter: $filter, "
    "orderBy: [{ name: AscNullsFirst }]) { totalCount edges { cursor node { __typename id name domainName { "
    "primaryLinkUrl primaryLinkLabel } employees createdAt people { edges { node { __typename id name { firstName "
    "lastName } emails { primaryEmail } jobTitle } } } } } pageInfo { hasNextPage endCursor } } }";

static void measure_page(const struct gql_schema *schema)
{
    enum { ROUNDS = 20000 };
    struct arena arena = {0};
    struct arena keep = {0};
    struct gql_errors errors = {.arena = &arena};
    struct gql_prepared prepared;
    bool good = true;
    double start = seconds();
    for (int i = 0; i < ROUNDS; i++) {
        const struct gql_document *document = gql_parse(&arena, str_from(page), NULL, &errors);
        good = good && document != NULL;
        arena_reset(&arena);
    }
    double parsed = seconds();
    const struct gql_document *document = gql_parse(&keep, str_from(page), NULL, &errors);
    for (int i = 0; i < ROUNDS; i++) {
        good = gql_validate(&arena, schema, document, NULL, &errors) && good;
        arena_reset(&arena);
    }
    double validated = seconds();
    for (int i = 0; i < ROUNDS; i++) {
        good = gql_prepare_document(&arena, schema, document, NULL, STR_EMPTY, NULL, NULL, &prepared, &errors) && good;
        arena_reset(&arena);
    }
    double end = seconds();
    printf("a page of relations%s: parsed in %.1f us, validated in %.1f us, prepared in %.1f us\n",
           good ? "" : " (refused!)", (parsed - start) / ROUNDS * 1e6, (validated - parsed) / ROUNDS * 1e6,
           (end - validated) / ROUNDS * 1e6);
    arena_release(&arena);
    arena_release(&keep);
}

static int measure(size_t pairs)
{
    struct arena arena = {0};
    struct err err = {0};
    struct catalogue *catalogue = crm_catalogue(pairs);
    double start = seconds();
    const struct gql_schema *schema = core_schema_build(&arena, catalogue, &err);
    double built = seconds();
    struct strbuf reply = {0};
    gql_introspection_reply(&reply, schema);
    double replied = seconds();
    size_t fields = 0;
    for (uint32_t i = 1; i < schema->type_count; i++) {
        fields += schema->types[i].count;
    }
    printf(
        "%zu objects, %u types, %zu fields and values: built in %.1f ms, %.1f MB; introspection %.1f MB in %.1f ms\n",
        2 * pairs, schema->type_count - 1, fields, (built - start) * 1e3, (double)arena.total / 1e6,
        (double)reply.len / 1e6, (replied - built) * 1e3);
    measure_page(schema);
    strbuf_release(&reply);
    arena_release(&arena);
    catalogue_unref(catalogue);
    return 0;
}

int main(int argc, char **argv)
{
    struct arena arena = {0};
    struct err err = {0};
    struct strbuf out = {0};
    int64_t pairs = 0;
    bool core = argc > 1 && strcmp(argv[1], "core") == 0;
    if (argc > 3 && str_to_int64(str_from(argv[3]), 1, 5000, &pairs)) {
        return measure((size_t)pairs);
    }
    struct catalogue *catalogue = core ? crm_catalogue(2) : NULL;
    const struct gql_schema *schema = core ? core_schema_build(&arena, catalogue, &err) : zoo_schema(&arena);
    if (schema == NULL) {
        fprintf(stderr, "%s\n", err.text);
        return 2;
    }
    if (argc > 2 && strcmp(argv[2], "sdl") == 0) {
        gql_schema_print_sdl(&out, schema);
        print(&out);
    } else {
        gql_introspection_reply(&out, schema);
        strbuf_put_char(&out, '\n');
        print(&out);
        char *line = NULL;
        size_t room = 0;
        for (ssize_t len = getline(&line, &room, stdin); len > 0; len = getline(&line, &room, stdin)) {
            check(schema, str_trim(str_of(line, (size_t)len)));
        }
        free(line);
    }
    arena_release(&arena);
    if (catalogue != NULL) {
        catalogue_unref(catalogue);
    }
    return 0;
}

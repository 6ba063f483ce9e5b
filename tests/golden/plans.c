/*
 * Requests and the plans that come of them, or the refusals: plans [--update] FILE...
 * A file holds cases: "# name", what is asked, "---", and what is expected, up to the next case. What is asked is REST
 * (a request line, then the body if there is one) or GraphQL (a document, then perhaps "variables " and their JSON).
 * Twins are both, with a line "~~~" between them: they must come out alike. The standard model is the catalogue. With
 * --update the files are written anew with what came out; read the diff. Run from the root of the checkout.
 */
#include "common/base/map.h"
#include "gateway/control/model_file.h"
#include "gateway/graphql/prepare.h"
#include "gateway/resolve/resolve.h"
#include "gateway/rest/rest.h"
#include "gateway/schema/core_schema.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODEL  "config/model/standard.json"
#define NOW_US INT64_C(1772368496789000)

static const struct rest_limits limits = {.page_size_default = 60,
                                          .page_size_max = 200,
                                          .max_batch = 60,
                                          .max_merge = 9,
                                          .max_depth = 1,
                                          .relation_limit = 60,
                                          .max_json_depth = 64,
                                          .max_json_nodes = 10000};

/* As REST's, so that a question that does not say how many is the same one. */
static const struct resolve_limits resolve_limits = {.page_size_default = 60,
                                                     .page_size_max = 200,
                                                     .relation_limit = 60,
                                                     .max_batch = 60,
                                                     .max_merge = 9,
                                                     .max_groups = 1000,
                                                     .max_depth = 5,
                                                     .max_complexity = 2000};

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "plans: %s: %s\n", what, why);
    exit(2);
}

/* ---- the catalogue: universal ids serve as ids ---- */

static void give_ids(struct model *model)
{
    for (size_t i = 0; i < model->object_count; i++) {
        model->object_rows[i].id = model->object_rows[i].universal_id;
    }
    for (size_t i = 0; i < model->field_count; i++) {
        model->field_rows[i].id = model->field_rows[i].universal_id;
        model->field_rows[i].ordinal = (double)i;
    }
    model_link(model);
}

static struct catalogue *standard_catalogue(void)
{
    struct model model;
    struct err err;
    if (!model_read(&model, MODEL, &err)) {
        die(MODEL, err.text);
    }
    give_ids(&model);
    struct model_rows rows = {.version = 1,
                              .schema = STR("workspace"),
                              .objects = model.object_rows,
                              .object_count = model.object_count,
                              .fields = model.field_rows,
                              .field_count = model.field_count};
    struct catalogue *catalogue = catalogue_build(&rows, &err);
    if (catalogue == NULL) {
        die(MODEL, err.text);
    }
    model_release(&model);
    return catalogue;
}

/* ---- one case ---- */

static enum rest_method method_of(struct str word)
{
    static const struct {
        const char *word;
        enum rest_method method;
    } methods[] = {{"GET", REST_GET},     {"HEAD", REST_GET},  {"POST", REST_POST},
                   {"PATCH", REST_PATCH}, {"PUT", REST_PATCH}, {"DELETE", REST_DELETE}};
    for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
        if (str_is(word, methods[i].word)) {
            return methods[i].method;
        }
    }
    return REST_OTHER;
}

static void put_refusal(struct strbuf *out, const struct err *err)
{
    strbuf_printf(out, "%d %s: %s\n", rest_error_status(err), err->tag == NULL ? "-" : err->tag, err->text);
}

static void put_rest(struct strbuf *out, const struct catalogue *catalogue, struct str text)
{
    struct str body = text;
    struct str line = STR_EMPTY;
    if (!str_split(&body, '\n', &line)) {
        return;
    }
    body = body.ptr == NULL ? STR_EMPTY : body;
    struct arena arena = {0};
    struct rest_request request = {.body = body};
    struct plan plan = {0};
    struct err err = {0};
    struct str allow = STR_EMPTY;
    size_t space = str_find(line, ' ');
    struct str target = str_slice(line, space + 1, line.len);
    size_t mark = str_find(target, '?');
    request.query = str_slice(target, mark + 1, target.len);
    switch (rest_route(&arena, method_of(str_slice(line, 0, space)), str_slice(target, 0, mark), &request.route, &allow,
                       &err)) {
    case REST_ROUTED:
        if (rest_plan(&arena, catalogue, &request, &limits, NOW_US, &plan, &err)) {
            plan_print(out, &plan);
        } else {
            put_refusal(out, &err);
        }
        break;
    case REST_BAD_METHOD: strbuf_printf(out, "405 allow: %.*s\n", STR_ARG(allow)); break;
    case REST_BAD_PATH: put_refusal(out, &err); break;
    }
    arena_release(&arena);
}

/* ALL(person) in a document: every field that is stored, as REST has them when it is not told which. */
static struct str expand(struct arena *arena, const struct catalogue *catalogue, struct str document)
{
    struct strbuf out = {0};
    struct str rest = document;
    for (size_t at; (at = str_find_str(rest, STR("ALL("))) < rest.len;) {
        size_t end = at + str_find(str_slice(rest, at, rest.len), ')');
        const struct object *object = catalogue_by_singular(catalogue, str_slice(rest, at + 4, end));
        strbuf_put(&out, str_slice(rest, 0, at));
        for (size_t i = 0; object != NULL && i < object->field_count; i++) {
            const struct field *field = &object->fields[i];
            if (field->column_count > 0) {
                strbuf_put_char(&out, ' ');
                strbuf_put(&out, field->side == RELATION_MANY_TO_ONE ? field->columns[0].name : field->name);
            }
        }
        rest = str_slice(rest, end + 1, rest.len);
    }
    strbuf_put(&out, rest);
    struct str expanded = arena_copy(arena, strbuf_str(&out));
    strbuf_release(&out);
    return expanded;
}

static void put_roots(struct strbuf *out, struct arena *arena, const struct gql_prepared *prepared)
{
    for (const struct gql_selected *root = prepared->first; root != NULL; root = root->next) {
        struct resolved resolved;
        struct err err = {0};
        if (resolve_plan(arena, root, &resolve_limits, NOW_US, &resolved, &err)) {
            plan_print(out, &resolved.plan);
        } else {
            put_refusal(out, &err);
        }
    }
}

static void put_graphql(struct strbuf *out, const struct catalogue *catalogue, const struct gql_schema *schema,
                        struct str text)
{
    static const struct json_limits json_limits = {.max_depth = 64, .max_nodes = 10000};
    static const struct gql_limits gql_limits = {.lenient = true};
    struct arena arena = {0};
    struct gql_prepared prepared;
    struct gql_errors errors = {.arena = &arena};
    size_t at = str_find_str(text, STR("\nvariables "));
    struct str given = str_slice(text, at + 11, text.len);
    const struct json *variables = given.len == 0 ? NULL : json_parse(&arena, given, &json_limits, NULL);
    struct str document = expand(&arena, catalogue, str_slice(text, 0, at));
    if (gql_prepare(&arena, schema, document, STR_EMPTY, variables, &gql_limits, &prepared, &errors)) {
        put_roots(out, &arena, &prepared);
    }
    for (const struct gql_error *error = errors.first; error != NULL; error = error->next) {
        strbuf_printf(out, "%s: %.*s\n", error->rule, STR_ARG(error->message));
    }
    arena_release(&arena);
}

static bool is_graphql(struct str text)
{
    return str_starts_with(text, STR("{")) || str_starts_with(text, STR("query")) ||
           str_starts_with(text, STR("mutation"));
}

/* ---- a file ---- */

static void read_file(const char *path, struct strbuf *out)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        die(path, "cannot be read");
    }
    char bytes[4096];
    size_t len;
    while ((len = fread(bytes, 1, sizeof bytes, file)) > 0) {
        strbuf_put(out, str_of(bytes, len));
    }
    fclose(file);
}

static void write_file(const char *path, struct str text)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(text.ptr, 1, text.len, file) != text.len || fclose(file) != 0) {
        die(path, "cannot be written");
    }
}

static bool starts_case(struct str line)
{
    return str_starts_with(line, STR("# "));
}

struct golden {
    const char *path;
    const struct catalogue *catalogue;
    const struct gql_schema *schema;
    struct strbuf fresh; /* the file as it should be */
    size_t failed;
};

static void compare(struct golden *golden, struct str name, struct str wanted, struct str got)
{
    const char *file = strrchr(golden->path, '/');
    file = file == NULL ? golden->path : file + 1;
    if (str_eq(str_trim(wanted), str_trim(got))) {
        printf("ok golden %s: %.*s\n", file, STR_ARG(name));
        return;
    }
    golden->failed++;
    printf("    wanted:\n%.*s\n    got:\n%.*s\n", STR_ARG(str_trim(wanted)), STR_ARG(str_trim(got)));
    printf("not ok golden %s: %.*s\n", file, STR_ARG(name));
}

static void put_outcome(struct strbuf *out, const struct golden *golden, struct str asked)
{
    if (is_graphql(asked)) {
        put_graphql(out, golden->catalogue, golden->schema, asked);
    } else {
        put_rest(out, golden->catalogue, asked);
    }
}

/* What both say, or, where they differ, what each of them does. */
static void put_twins(struct strbuf *out, const struct golden *golden, struct str one, struct str other)
{
    struct strbuf second = {0};
    put_outcome(out, golden, one);
    put_outcome(&second, golden, other);
    if (!str_eq(strbuf_str(out), strbuf_str(&second))) {
        strbuf_puts(out, "but the other says\n");
        strbuf_put(out, strbuf_str(&second));
    }
    strbuf_release(&second);
}

/* `text` is a case without its "# ". */
static void run_case(struct golden *golden, struct str text)
{
    struct str rest = text;
    struct str name = STR_EMPTY;
    size_t rule = str_find_str(text, STR("\n---\n"));
    if (!str_split(&rest, '\n', &name) || rest.ptr == NULL || rule == text.len) {
        die(golden->path, "a case asks nothing, or has no line \"---\"");
    }
    struct str wanted = str_slice(text, rule + 5, text.len);
    struct str asked = str_slice(text, name.len + 1, rule);
    size_t seam = str_find_str(asked, STR("\n~~~\n"));
    struct strbuf got = {0};
    if (seam < asked.len) {
        put_twins(&got, golden, str_slice(asked, 0, seam), str_slice(asked, seam + 5, asked.len));
    } else {
        put_outcome(&got, golden, asked);
    }
    compare(golden, name, wanted, strbuf_str(&got));
    strbuf_printf(&golden->fresh, "# %.*s\n%.*s\n---\n%.*s\n", STR_ARG(name), STR_ARG(asked),
                  STR_ARG(strbuf_str(&got)));
    strbuf_release(&got);
}

static void run_file(struct golden *golden)
{
    struct strbuf file = {0};
    read_file(golden->path, &file);
    struct str rest = strbuf_str(&file);
    const char *begin = NULL;
    struct str line;
    const char *end = rest.ptr + rest.len;
    while (str_split(&rest, '\n', &line)) {
        if (!starts_case(line)) {
            continue;
        }
        if (begin != NULL) {
            run_case(golden, str_of(begin, (size_t)(line.ptr - begin)));
        }
        begin = line.ptr + 2;
    }
    if (begin != NULL) {
        run_case(golden, str_of(begin, (size_t)(end - begin)));
    }
    strbuf_release(&file);
}

int main(int argc, char **argv)
{
    bool update = argc > 1 && strcmp(argv[1], "--update") == 0;
    size_t failed = 0;
    if (argc < (update ? 3 : 2)) {
        die("usage", "plans [--update] FILE...");
    }
    struct catalogue *catalogue = standard_catalogue();
    struct arena arena = {0};
    struct err err = {0};
    const struct gql_schema *schema = core_schema_build(&arena, catalogue, &err);
    if (schema == NULL) {
        die("schema", err.text);
    }
    for (int i = update ? 2 : 1; i < argc; i++) {
        struct golden golden = {.path = argv[i], .catalogue = catalogue, .schema = schema};
        run_file(&golden);
        if (update && golden.failed > 0) {
            write_file(argv[i], strbuf_str(&golden.fresh));
            printf("%s is written anew\n", argv[i]);
        }
        failed += golden.failed;
        strbuf_release(&golden.fresh);
    }
    arena_release(&arena);
    catalogue_unref(catalogue);
    return failed > 0 && !update;
}

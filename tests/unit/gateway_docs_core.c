/* The document of records: JSON whose keys are all distinct, true to what the routes know, whatever the model. */
#include "common/text/json_read.h"
#include "gateway/docs/docs.h"
#include "gateway/rest/rest_strict.h"
#include "tests/unit/gateway_schema_fixture.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

static const struct docs_settings settings = {.limits = {.page_size_default = 60,
                                                         .page_size_max = 200,
                                                         .max_batch = 60,
                                                         .max_merge = 9,
                                                         .max_depth = 1,
                                                         .relation_limit = 60},
                                              .max_mutation = 10000};
static const struct json_limits json_limits = {.max_depth = 64, .max_nodes = 4000000};

static void put_all(struct strbuf *out, const struct catalogue *catalogue)
{
    for (size_t i = 0; i < docs_core_pieces(catalogue); i++) {
        docs_put_core_piece(out, catalogue, &settings, i);
    }
}

/* The reader refuses a key that stands twice. */
static struct json *document(struct arena *arena, const struct catalogue *catalogue)
{
    struct strbuf text = {0};
    struct err err = {0};
    put_all(&text, catalogue);
    struct json *json = json_parse(arena, arena_copy(arena, strbuf_str(&text)), &json_limits, &err);
    if (json == NULL) {
        fail_msg("%s at %zu: %.200s", err.text, err.offset, text.ptr + (err.offset > 100 ? err.offset - 100 : 0));
    }
    strbuf_release(&text);
    return json;
}

static const struct json *at(const struct json *json, const char *path)
{
    struct str rest = str_from(path);
    struct str part;
    while (str_split(&rest, ' ', &part)) {
        const struct json *next = NULL;
        JSON_EACH(member, json)
        {
            if (str_eq(member->key, part)) {
                next = member;
            }
        }
        if (next == NULL) {
            fail_msg("there is no \"%.*s\" of \"%s\"", STR_ARG(part), path);
        }
        json = next;
    }
    return json;
}

static bool has_ref(const struct json *list, const char *ref)
{
    JSON_EACH(item, list)
    {
        const struct json *value = json_get(item, "$ref");
        if (json_is(value, JSON_STRING) && str_is(value->text, ref)) {
            return true;
        }
    }
    return false;
}

static void paths_and_schemas_are_the_contracts(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct catalogue *catalogue = crm_catalogue(2);
    const struct json *json = document(&arena, catalogue);
    static const char *const cases[][2] = {
        {"paths /people get operationId", "findManyPeople"},
        {"paths /people post operationId", "createOnePerson"},
        {"paths /people patch operationId", "updateManyPeople"},
        {"paths /people delete operationId", "deleteManyPeople"},
        {"paths /people/{id} get operationId", "findOnePerson"},
        {"paths /people/{id} patch operationId", "UpdateOnePerson"},
        {"paths /people/{id} delete operationId", "deleteOnePerson"},
        {"paths /batch/people post operationId", "createManyPeople"},
        {"paths /people/duplicates post operationId", "findPersonDuplicates"},
        {"paths /people/{id}/restore patch operationId", "restoreOnePerson"},
        {"paths /people/restore patch operationId", "restoreManyPeople"},
        {"paths /people/groupBy get operationId", "groupByPeople"},
        {"components schemas Person properties companyId format", "uuid"},
        {"components schemas PersonForUpdate properties companyId format", "uuid"},
        {"components schemas CompanyForResponse properties people items $ref",
         "#/components/schemas/PersonForResponse"},
        {"components schemas PersonForResponse properties emails $ref", "#/components/schemas/Emails"},
        {"webhooks person.created post operationId", "onPersonCreated"},
        {"openapi", "3.1.1"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct json *found = at(json, cases[i][0]);
        if (found->type != JSON_STRING || !str_is(found->text, cases[i][1])) {
            fail_msg("%s is not %s", cases[i][0], cases[i][1]);
        }
    }
    /* Without criteria there is no merge. */
    assert_null(json_get(at(json, "paths"), "/people/merge"));
    assert_null(json_get(at(json, "components schemas Person properties"), "updatedAt"));
    assert_null(json_get(at(json, "components schemas PersonForUpdate properties"), "createdBy"));
    assert_null(json_get(at(json, "components schemas Person properties"), "searchVector"));
    assert_true(has_ref(at(json, "paths /people delete parameters"), "#/components/parameters/requiredFilter"));
    assert_true(has_ref(at(json, "paths /people get parameters"), "#/components/parameters/filter"));
    arena_release(&arena);
    catalogue_unref(catalogue);
}

/* A required field without a default must be sent; one with a default, or that the server fills, need not. */
static void required_is_what_a_create_cannot_do_without(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct catalogue *catalogue = crm_catalogue(1);
    const struct json *json = document(&arena, catalogue);
    const struct json *required = at(json, "components schemas Person required");
    assert_int_equal(required->count, 1);
    assert_true(str_is(required->first->text, "code"));
    assert_null(json_get(at(json, "components schemas Company"), "required"));
    arena_release(&arena);
    catalogue_unref(catalogue);
}

/* What strict mode lets through and what the document shows are the same, both ways. */
static void parameters_are_those_that_strict_mode_knows(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct catalogue *catalogue = crm_catalogue(1);
    const struct json *json = document(&arena, catalogue);
    static const struct {
        const char *operation;
        enum rest_action action;
    } operations[] = {
        {"/people get", REST_FIND_MANY},
        {"/people post", REST_CREATE_ONE},
        {"/people patch", REST_UPDATE_MANY},
        {"/people delete", REST_DELETE_MANY},
        {"/people/{id} get", REST_FIND_ONE},
        {"/people/{id} patch", REST_UPDATE_ONE},
        {"/people/{id} delete", REST_DELETE_ONE},
        {"/batch/people post", REST_CREATE_MANY},
        {"/people/groupBy get", REST_GROUP_BY},
        {"/people/duplicates post", REST_FIND_DUPLICATES},
        {"/people/restore patch", REST_RESTORE_MANY},
        {"/batch/people/restore patch", REST_RESTORE_LIST},
    };
    static const char *const names[] = {"depth",
                                        "fields",
                                        "filter",
                                        "order_by",
                                        "limit",
                                        "starting_after",
                                        "ending_before",
                                        "count",
                                        "upsert",
                                        "revive",
                                        "soft_delete",
                                        "group_by",
                                        "aggregate",
                                        "include_records_sample",
                                        "order_by_for_records",
                                        "after"};
    for (size_t i = 0; i < ARRAY_LEN(operations); i++) {
        const struct json *parameters =
            at(at(json, "paths"), arena_cstr(&arena, arena_printf(&arena, "%s parameters", operations[i].operation)));
        bool shown[ARRAY_LEN(names)] = {false};
        JSON_EACH(reference, parameters)
        {
            struct str ref = json_get(reference, "$ref")->text;
            struct str key = str_slice(ref, sizeof "#/components/parameters/" - 1, ref.len);
            const struct json *parameter = json_get(at(json, "components parameters"), arena_cstr(&arena, key));
            assert_non_null(parameter);
            for (size_t n = 0; n < ARRAY_LEN(names); n++) {
                shown[n] = shown[n] || (str_is(json_get(parameter, "in")->text, "query") &&
                                        str_is(json_get(parameter, "name")->text, names[n]));
            }
        }
        for (size_t n = 0; n < ARRAY_LEN(names); n++) {
            if (shown[n] != rest_strict_knows(operations[i].action, str_from(names[n]))) {
                fail_msg("%s: %s is %sshown", operations[i].operation, names[n], shown[n] ? "" : "not ");
            }
        }
    }
    arena_release(&arena);
    catalogue_unref(catalogue);
}

/* Objects that are called like a route, a shared schema, or another object's schema. */
static void odd_names_do_not_collide(void **state)
{
    (void)state;
    static const char *const singulars[] = {"person", "personForUpdate", "personForResponse", "emails", "error", "hit"};
    static const char *const plurals[] = {"people",   "personsForUpdate", "personsForResponse",
                                          "emailses", "errors",           "search"};
    struct arena arena = {0};
    struct crm_model model = {.object_count = 0};
    model.objects = ARENA_ARRAY(&arena, struct object_row, ARRAY_LEN(singulars));
    model.fields = ARENA_ARRAY(&arena, struct field_row, ARRAY_LEN(singulars) * ARRAY_LEN(crm_system));
    for (size_t i = 0; i < ARRAY_LEN(singulars); i++) {
        crm_object(&model, str_from(singulars[i]), str_from(plurals[i]));
        crm_add(&model, i, crm_system, ARRAY_LEN(crm_system));
    }
    struct model_rows rows = {.version = 1,
                              .schema = STR("workspace"),
                              .objects = model.objects,
                              .object_count = model.object_count,
                              .fields = model.fields,
                              .field_count = model.field_count};
    struct err err = {0};
    struct catalogue *catalogue = catalogue_build(&rows, &err);
    assert_non_null(catalogue);
    const struct json *json = document(&arena, catalogue);
    assert_non_null(at(json, "components schemas PersonForUpdate_ForUpdate"));
    assert_non_null(at(json, "components schemas Emails_"));
    assert_true(str_is(at(json, "paths /search get operationId")->text, "search"));
    arena_release(&arena);
    catalogue_unref(catalogue);
}

static void check_refs(const struct json *root, const struct json *json)
{
    const struct json *ref = json->type == JSON_OBJECT ? json_get(json, "$ref") : NULL;
    if (json_is(ref, JSON_STRING)) {
        struct str rest = str_slice(ref->text, 2, ref->text.len);
        struct str part;
        const struct json *here = root;
        while (here != NULL && str_split(&rest, '/', &part)) {
            here = json_get_str(here, part);
        }
        if (here == NULL) {
            fail_msg("%.*s leads nowhere", STR_ARG(ref->text));
        }
    }
    JSON_EACH(child, json)
    {
        check_refs(root, child);
    }
}

static void references_lead_somewhere(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct strbuf text = {0};
    struct err err = {0};
    struct catalogue *catalogue = crm_catalogue(2);
    const struct json *records = document(&arena, catalogue);
    check_refs(records, records);
    docs_put_metadata(&text);
    const struct json *metadata = json_parse(&arena, strbuf_str(&text), &json_limits, &err);
    if (metadata == NULL) {
        fail_msg("%s", err.text);
    }
    check_refs(metadata, metadata);
    assert_non_null(at(metadata, "components schemas ObjectForUpdate"));
    strbuf_release(&text);
    arena_release(&arena);
    catalogue_unref(catalogue);
}

/* R6 */
static void the_base_document_has_no_object(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct strbuf text = {0};
    struct err err = {0};
    docs_put_base(&text, &settings);
    const struct json *json = json_parse(&arena, strbuf_str(&text), &json_limits, &err);
    assert_non_null(json);
    assert_int_equal(at(json, "paths")->count, 1);
    assert_non_null(at(json, "paths /open-api/core"));
    strbuf_release(&text);
    arena_release(&arena);
}

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* A piece is what a worker does in one go: it stays short, however many objects there are. */
static void pieces_stay_small(void **state)
{
    (void)state;
    struct catalogue *catalogue = crm_catalogue(500);
    struct strbuf text = {0};
    size_t total = 0;
    size_t most = 0;
    int64_t began_us = now_us();
    for (size_t i = 0; i < docs_core_pieces(catalogue); i++) {
        docs_put_core_piece(&text, catalogue, &settings, i);
        total += text.len;
        most = text.len > most ? text.len : most;
        strbuf_clear(&text);
    }
    print_message("1,000 objects: %zu bytes in %lld us, the largest piece %zu bytes\n", total,
                  (long long)(now_us() - began_us), most);
    assert_in_range(most, 1, 48 * 1024);
    strbuf_release(&text);
    catalogue_unref(catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_and_schemas_are_the_contracts),
        cmocka_unit_test(required_is_what_a_create_cannot_do_without),
        cmocka_unit_test(parameters_are_those_that_strict_mode_knows),
        cmocka_unit_test(odd_names_do_not_collide),
        cmocka_unit_test(references_lead_somewhere),
        cmocka_unit_test(the_base_document_has_no_object),
        cmocka_unit_test(pieces_stay_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The rules and steps of model changes, over a small model: companies, and note targets that lead to them. */
#include "gateway/metadata/change.h"
#include "gateway/metadata/names.h"
#include "gateway/metadata/page.h"
#include "gateway/metadata/show.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct json_limits limits = {.max_depth = 32, .max_nodes = 10000};
static const struct {
    const char *name, *type, *default_json;
    bool nullable;
} system_fields[] = {
    {"id", "UUID", "\"uuid\"", false},
    {"createdAt", "DATE_TIME", "\"now\"", false},
    {"updatedAt", "DATE_TIME", "\"now\"", false},
    {"deletedAt", "DATE_TIME", "", true},
    {"createdBy", "ACTOR", "", false},
    {"updatedBy", "ACTOR", "", false},
    {"position", "POSITION", "0", false},
    {"searchVector", "TS_VECTOR", "", true},
};
enum { COMPANY, NOTE_TARGET, OBJECTS, FIELDS_MAX = 40 };

struct fixture {
    struct arena arena;
    struct object_row objects[OBJECTS];
    struct field_row fields[FIELDS_MAX];
    size_t count;
    struct catalogue *catalogue;
};

static struct uuid id_of(size_t object, size_t field)
{
    return (struct uuid){{0x20, (uint8_t)object, (uint8_t)field, 1}};
}

static struct field_row *add(struct fixture *fixture, size_t object, const char *name, const char *type)
{
    struct field_row *row = &fixture->fields[fixture->count];
    *row = (struct field_row){.id = id_of(object + 1, ++fixture->count),
                              .universal_id = id_of(object + 1, fixture->count),
                              .object_id = id_of(object + 1, 0),
                              .name = str_from(name),
                              .label = str_from(name),
                              .type = str_from(type),
                              .nullable = true,
                              .active = true,
                              .standard = true,
                              .ordinal = (double)fixture->count};
    return row;
}

static void set_up(struct fixture *fixture)
{
    static const char *const names[][2] = {{"company", "companies"}, {"noteTarget", "noteTargets"}};
    struct err err = {0};
    *fixture = (struct fixture){0};
    for (size_t i = 0; i < OBJECTS; i++) {
        fixture->objects[i] = (struct object_row){.id = id_of(i + 1, 0),
                                                  .universal_id = id_of(i + 1, 0),
                                                  .name_singular = str_from(names[i][0]),
                                                  .name_plural = str_from(names[i][1]),
                                                  .label_singular = str_from(names[i][0]),
                                                  .label_plural = str_from(names[i][1]),
                                                  .table_name = str_from(names[i][0]),
                                                  .standard = true,
                                                  .system = i == NOTE_TARGET,
                                                  .active = true};
        for (size_t k = 0; k < ARRAY_LEN(system_fields); k++) {
            struct field_row *row = add(fixture, i, system_fields[k].name, system_fields[k].type);
            row->default_json = str_from(system_fields[k].default_json);
            row->nullable = system_fields[k].nullable;
            row->system = true;
        }
    }
    add(fixture, COMPANY, "name", "TEXT")->searchable = true;
    add(fixture, COMPANY, "emails", "EMAILS")->unique = true;
    fixture->objects[COMPANY].label_identifier_id = fixture->fields[fixture->count - 2].id;
    struct field_row *back = add(fixture, NOTE_TARGET, "targetCompany", "MORPH_RELATION");
    struct field_row *forward = add(fixture, COMPANY, "noteTargets", "RELATION");
    back->settings_json = STR("{\"relationType\":\"MANY_TO_ONE\",\"joinColumnName\":\"targetCompanyId\"}");
    back->target_object_id = id_of(COMPANY + 1, 0);
    back->target_field_id = forward->id;
    back->morph_id = id_of(9, 9);
    forward->settings_json = STR("{\"relationType\":\"ONE_TO_MANY\"}");
    forward->target_object_id = id_of(NOTE_TARGET + 1, 0);
    forward->target_field_id = back->id;
    struct model_rows rows = {.version = 7,
                              .schema = STR("workspace"),
                              .objects = fixture->objects,
                              .object_count = OBJECTS,
                              .fields = fixture->fields,
                              .field_count = fixture->count};
    fixture->catalogue = catalogue_build(&rows, &err);
    if (fixture->catalogue == NULL) {
        fail_msg("%s", err.text);
    }
}

static void tear_down(struct fixture *fixture)
{
    catalogue_unref(fixture->catalogue);
    arena_release(&fixture->arena);
}

static struct model_op op_of(struct fixture *fixture, enum model_kind kind, enum model_verb verb, const struct uuid *id,
                             const char *json)
{
    struct err err = {0};
    struct model_op op = {.kind = kind, .verb = verb};
    if (id != NULL) {
        op.id = *id;
    }
    op.input = json == NULL ? NULL : json_parse(&fixture->arena, str_from(json), &limits, &err);
    assert_true(json == NULL || op.input != NULL);
    return op;
}

struct planned {
    enum change_outcome outcome;
    struct change *change;
    struct report report;
    struct err err;
};

static struct planned plan(struct fixture *fixture, const struct model_op *ops, size_t count)
{
    struct planned out = {0};
    struct change_input input = {
        .before = fixture->catalogue, .ops = ops, .op_count = count, .now_us = 1700000000000000, .seed = {1, 2, 3}};
    out.outcome = change_plan(&fixture->arena, &input, &out.change, &out.report, &out.err);
    return out;
}

/* All that is wrong, as "CODE: message" lines; the refusal likewise. */
static struct str findings(struct fixture *fixture, const struct planned *planned)
{
    struct str text = STR_EMPTY;
    if (planned->outcome == CHANGE_REFUSED) {
        return arena_printf(&fixture->arena, "! %s: %s\n", planned->err.tag, planned->err.text);
    }
    for (const struct report_entry *entry = planned->report.first; entry != NULL; entry = entry->next) {
        for (const struct report_error *error = entry->errors; error != NULL; error = error->next) {
            text = arena_printf(&fixture->arena, "%.*s%s: %.*s\n", STR_ARG(text), error->code, STR_ARG(error->message));
        }
    }
    return text;
}

/* Steps as text, a list after the other. */
static struct str steps_of(struct fixture *fixture, const struct planned *planned, const char *large)
{
    struct err err = {0};
    struct change_steps steps;
    struct map tables = {0};
    if (large != NULL) {
        map_set(&tables, str_from(large), fixture);
    }
    struct catalogue *after = change_build(planned->change, &err);
    if (after == NULL) {
        fail_msg("%s", err.text);
    }
    change_steps(&fixture->arena, planned->change, after, &tables, &steps);
    struct strbuf out = {0};
    const struct ddl *lists[] = {&steps.first, &steps.apart, &steps.undo, &steps.inside, &steps.later};
    static const char *const names[] = {"first", "apart", "undo", "inside", "later"};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        for (size_t k = 0; k < lists[i]->count; k++) {
            strbuf_printf(&out, "%s: %.*s\n", names[i], STR_ARG(lists[i]->statements[k]));
        }
    }
    struct str text = arena_copy(&fixture->arena, strbuf_str(&out));
    strbuf_release(&out);
    map_release(&tables);
    catalogue_unref(after);
    return text;
}

static void expect(struct str text, const char *part)
{
    if (str_find_str(text, str_from(part)) == text.len) {
        fail_msg("%s\nis not in\n%.*s", part, STR_ARG(text));
    }
}

static void labels_become_names(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"Pet", "pet"},
        {"Annual revenue (€)", "annualRevenue"},
        {"  été  à Paris ", "eteAParis"},
        {"HTTPServer2go", "httpServer2Go"},
        {"2nd place", "n2NdPlace"},
        {"Straße", "strasse"},
        {"user", "userCustom"},
        {"日本", ""},
        {"a-b_c", "aBC"},
    };
    struct arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct str name = name_from_label(&arena, str_from(cases[i][0]));
        if (!str_is(name, cases[i][1])) {
            fail_msg("%s gives %.*s instead of %s", cases[i][0], STR_ARG(name), cases[i][1]);
        }
    }
    arena_release(&arena);
}

#define THING "{\"nameSingular\":\"thing\",\"namePlural\":\"things\",\"labelSingular\":\"T\",\"labelPlural\":\"Ts\""

static void wrong_objects_are_reported(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{}",
         "! BAD_USER_INPUT: nameSingular should not be empty, namePlural should not be empty, labelSingular should "
         "not be empty, labelPlural should not be empty\n"},
        {THING ",\"icon\":1}", "! BAD_USER_INPUT: icon must be a string\n"},
        {THING ",\"isRemote\":true}", "INVALID_OBJECT_INPUT: Remote objects are not supported yet\n"},
        {THING ",\"isLabelSyncedWithName\":true}", "INVALID_OBJECT_INPUT: Names are not synced with labels\n"},
        {"{\"nameSingular\":\"company\",\"namePlural\":\"x\",\"labelSingular\":\"T\",\"labelPlural\":\" \"}",
         "OBJECT_ALREADY_EXISTS: Object already exists\nINVALID_OBJECT_INPUT: Object label is too short\n"},
        {"{\"nameSingular\":\"a\",\"namePlural\":\" a \",\"labelSingular\":\"T\",\"labelPlural\":\"T\"}",
         "INVALID_OBJECT_INPUT: The singular and plural names cannot be the same for an object\n"},
        {"{\"nameSingular\":\"a\",\"namePlural\":\"batch\",\"labelSingular\":\"T\",\"labelPlural\":\"T\"}",
         "INVALID_OBJECT_INPUT: This name is reserved. Use a different name or the system will add \"Custom\" "
         "suffix.\n"},
        {THING "}", ""},
    };
    struct fixture fixture;
    set_up(&fixture);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct model_op op = op_of(&fixture, MODEL_OBJECT, MODEL_CREATE, NULL, cases[i][0]);
        struct planned planned = plan(&fixture, &op, 1);
        struct str text = findings(&fixture, &planned);
        if (!str_is(text, cases[i][1])) {
            fail_msg("%s\ngives\n%.*sinstead of\n%s", cases[i][0], STR_ARG(text), cases[i][1]);
        }
        assert_int_equal(planned.outcome == CHANGE_READY, cases[i][1][0] == '\0');
    }
    tear_down(&fixture);
}

#define FIELD(type, name, rest)                                                                                        \
    "{\"objectMetadataId\":\"20010001-0000-0000-0000-000000000000\",\"label\":\"L\",\"type\":\"" type                  \
    "\",\"name\":\"" name "\"" rest "}"

static void wrong_fields_are_reported(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {FIELD("TEXT", "name", ""),
         "NOT_AVAILABLE: Name \"name\" is not available as it is already used by another field\n"},
        {FIELD("TEXT", "emailsPrimaryEmail", ""),
         "RESERVED_KEYWORD: Name \"emailsPrimaryEmail\" is reserved composite field name\n"},
        {FIELD("TEXT", "x", ",\"isUnique\":true,\"defaultValue\":\"'a'\""),
         "INVALID_FIELD_INPUT: Unique field cannot have a default value\n"},
        {FIELD("ADDRESS", "x", ",\"isUnique\":true"),
         "INVALID_FIELD_INPUT: Unique index cannot be created for field x of type ADDRESS\n"},
        {FIELD("SELECT", "x", ",\"isNullable\":false,\"options\":[{\"value\":\"A\",\"label\":\"a\"}]"),
         "INVALID_FIELD_INPUT: Default value cannot be null for non-nullable fields\n"},
        {FIELD("SELECT", "x", ",\"options\":[{\"value\":\"a b\",\"label\":\"a,b\",\"color\":\"x\"}]"),
         "INVALID_FIELD_INPUT: Label must not contain a comma\nINVALID_FIELD_INPUT: Value must be in UPPER_CASE and "
         "follow snake_case \"a b\"\nINVALID_FIELD_INPUT: Option color is invalid\n"},
        {FIELD("NUMBER", "x", ",\"settings\":{\"dataType\":\"int\"},\"defaultValue\":1.5"),
         "INVALID_FIELD_INPUT: Default value should be a whole number\n"},
        {FIELD("NUMBER", "x", ",\"defaultValue\":9007199254740993"),
         "INVALID_FIELD_INPUT: Default value would be rounded: whole numbers go from -9007199254740992 to "
         "9007199254740992\n"},
        {FIELD("NUMBER", "x", ",\"settings\":{\"dataType\":\"bigint\"},\"defaultValue\":-99999999999999999999"),
         "INVALID_FIELD_INPUT: Default value would be rounded: whole numbers go from -9007199254740992 to "
         "9007199254740992\n"},
        {FIELD("CURRENCY", "x", ",\"defaultValue\":{\"amountMicros\":9007199254740993,\"currencyCode\":\"'EUR'\"}"),
         "INVALID_FIELD_INPUT: Default value of \"amountMicros\" would be rounded as a number; send it as quoted "
         "string\n"},
        {FIELD("RELATION", "x", ""), "FIELD_METADATA_RELATION_MALFORMED: Relation creation payload is invalid\n"},
        {FIELD("RELATION", "noteTargets",
               ",\"relationCreationPayload\":{\"type\":\"MANY_TO_ONE\",\"targetFieldLabel\":\"Target company\","
               "\"targetObjectMetadataId\":\"20020000-0000-0000-0000-000000000000\"}"),
         "FIELD_METADATA_RELATION_MALFORMED: Object metadata relation target not found for relation creation "
         "payload\n"},
        {FIELD("RELATION", "noteTargets",
               ",\"relationCreationPayload\":{\"type\":\"MANY_TO_ONE\",\"targetFieldLabel\":\"Target company\","
               "\"targetObjectMetadataId\":\"20020001-0000-0000-0000-000000000000\"}"),
         "NOT_AVAILABLE: Name \"noteTargets\" is not available as it is already used by another field\n"
         "NOT_AVAILABLE: Name \"targetCompany\" is not available as it is already used by another field\n"},
        {FIELD("NUMERIC", "x", ""),
         "INVALID_FIELD_INPUT: Field type NUMERIC is not supported for field creation. Use NUMBER instead.\n"},
    };
    struct fixture fixture;
    set_up(&fixture);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct model_op op = op_of(&fixture, MODEL_FIELD, MODEL_CREATE, NULL, cases[i][0]);
        struct planned planned = plan(&fixture, &op, 1);
        struct str text = findings(&fixture, &planned);
        if (!str_is(text, cases[i][1])) {
            fail_msg("%s\ngives\n%.*sinstead of\n%s", cases[i][0], STR_ARG(text), cases[i][1]);
        }
    }
    tear_down(&fixture);
}

static void several_operations_see_each_other(void **state)
{
    (void)state;
    struct fixture fixture;
    set_up(&fixture);
    struct uuid object = id_of(50, 0);
    struct model_op ops[] = {
        op_of(&fixture, MODEL_OBJECT, MODEL_CREATE, &object, THING "}"),
        op_of(&fixture, MODEL_FIELD, MODEL_CREATE, NULL,
              "{\"objectMetadataId\":\"20320000-0100-0000-0000-000000000000\",\"label\":\"L\",\"type\":\"TEXT\","
              "\"name\":\"code\",\"isUnique\":true}"),
    };
    ops[0].id = (struct uuid){{0x20, 0x32, 0, 0, 0x01}};
    struct planned planned = plan(&fixture, ops, ARRAY_LEN(ops));
    assert_int_equal(planned.outcome, CHANGE_READY);
    struct uuid made = change_id(planned.change, 0);
    assert_true(uuid_eq(&made, &ops[0].id));
    struct str text = steps_of(&fixture, &planned, NULL);
    expect(text, "inside: create table \"workspace\".\"_thing\" (");
    expect(text, "inside: alter table \"workspace\".\"noteTarget\" add column \"targetThingId\" uuid\n");
    expect(text, "inside: create unique index \"uniq_thing_code\" on \"workspace\".\"_thing\" (\"code\") where "
                 "\"deletedAt\" is null\n");
    expect(text, "inside: create index \"idx_noteTarget_targetThingId\" on \"workspace\".\"noteTarget\" "
                 "(\"targetThingId\") where \"targetThingId\" is not null\n");
    expect(text, "on delete cascade\n");
    tear_down(&fixture);
}

static void large_tables_are_not_locked(void **state)
{
    (void)state;
    static const struct {
        const char *json, *expected;
    } cases[] = {
        {FIELD("TEXT", "code", ",\"isUnique\":true"),
         "first: alter table \"workspace\".\"company\" add column \"code\" text\n"
         "apart: create unique index concurrently \"uniq_company_code\" on \"workspace\".\"company\" (\"code\") where "
         "\"deletedAt\" is null\n"
         "undo: alter table \"workspace\".\"company\" drop column if exists \"code\"\n"
         "undo: drop index concurrently if exists \"workspace\".\"uniq_company_code\"\n"
         "later: drop index concurrently if exists \"workspace\".\"gone_company_code\"\n"
         "later: create index concurrently \"gone_company_code\" on \"workspace\".\"company\" (\"code\") where "
         "\"deletedAt\" is not null\n"},
        {FIELD("TEXT", "remark", ""), "inside: alter table \"workspace\".\"company\" add column \"remark\" text\n"},
    };
    struct fixture fixture;
    set_up(&fixture);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct model_op op = op_of(&fixture, MODEL_FIELD, MODEL_CREATE, NULL, cases[i].json);
        struct planned planned = plan(&fixture, &op, 1);
        assert_int_equal(planned.outcome, CHANGE_READY);
        struct str text = steps_of(&fixture, &planned, "company");
        if (!str_is(text, cases[i].expected)) {
            fail_msg("%s\ngives\n%.*sinstead of\n%s", cases[i].json, STR_ARG(text), cases[i].expected);
        }
    }
    tear_down(&fixture);
}

static void standard_values_are_kept_and_come_back(void **state)
{
    (void)state;
    struct fixture fixture;
    struct err err = {0};
    set_up(&fixture);
    struct uuid company = id_of(COMPANY + 1, 0);
    struct model_op op = op_of(&fixture, MODEL_OBJECT, MODEL_UPDATE, &company, "{\"labelSingular\":\"Firm\"}");
    struct planned planned = plan(&fixture, &op, 1);
    assert_int_equal(planned.outcome, CHANGE_READY);
    struct catalogue *after = change_build(planned.change, &err);
    assert_non_null(after);
    assert_true(str_is(catalogue_object(after, &company)->replaced_json, "{\"labelSingular\":\"company\"}"));
    struct strbuf shown = {0};
    show_object_overrides(&shown, catalogue_object(after, &company));
    assert_string_equal(strbuf_cstr(&shown), "{\"labelSingular\":\"Firm\"}");
    strbuf_release(&shown);
    struct catalogue *before = fixture.catalogue;
    fixture.catalogue = after;
    op = op_of(&fixture, MODEL_OBJECT, MODEL_UPDATE, &company, "{\"labelSingular\":\"company\"}");
    planned = plan(&fixture, &op, 1);
    struct catalogue *back = change_build(planned.change, &err);
    assert_int_equal(catalogue_object(back, &company)->replaced_json.len, 0);
    catalogue_unref(back);
    catalogue_unref(before);
    tear_down(&fixture);
}

static void a_report_has_the_wire_s_form(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct report report = {.arena = &arena};
    report_begin(&report, REPORT_OBJECT, REPORT_CREATE); /* nothing is wrong with this one */
    struct report_entry *entry = report_begin(&report, REPORT_FIELD, REPORT_CREATE);
    report_fact(&report, entry, "name", STR("a\"b"));
    report_add(&report, entry, "NOT_AVAILABLE", report_text(&report, STR("a")), "Name \"%s\" is taken", "a");
    struct strbuf out = {0};
    report_put_rest(&out, &report);
    assert_string_equal(
        strbuf_cstr(&out),
        "{\"statusCode\":400,\"error\":\"METADATA_VALIDATION_ERROR\",\"message\":\"Multiple validation errors occurred "
        "while creating field\",\"errors\":{\"fieldMetadata\":[{\"type\":\"create\",\"metadataName\":\"fieldMetadata\","
        "\"status\":\"fail\",\"flatEntityMinimalInformation\":{\"name\":\"a\\\"b\"},\"errors\":[{\"code\":"
        "\"NOT_AVAILABLE\",\"message\":\"Name \\\"a\\\" is taken\",\"userFriendlyMessage\":\"Name \\\"a\\\" is "
        "taken\",\"value\":\"a\"}]}]},\"summary\":{\"totalErrors\":1,\"fieldMetadata\":1},\"userFriendlyMessage\":"
        "\"Name \\\"a\\\" is taken\"}");
    strbuf_clear(&out);
    entry = report_begin(&report, REPORT_FIELD, REPORT_CREATE);
    report_add(&report, entry, "X", STR_EMPTY, "x");
    report_put_graphql(&out, &report, STR_EMPTY);
    struct str text = strbuf_str(&out);
    expect(text, "\"code\":\"METADATA_VALIDATION_FAILED\",\"message\":\"Validation failed for 2 fieldMetadatas\"");
    expect(text, "\"userFriendlyMessage\":\"Many validation errors\"");
    strbuf_release(&out);
    arena_release(&arena);
}

struct window {
    const char *query;
    size_t from, to;
    bool next, previous;
};

static void check_windows(struct page (*page_for)(const struct page_params *params, const struct uuid *ids,
                                                  size_t count),
                          const struct uuid *ids, size_t id_count, const struct window *cases, size_t count)
{
    struct arena arena = {0};
    for (size_t i = 0; i < count; i++) {
        struct page_params params;
        struct err err;
        assert_true(page_params_read(&arena, str_from(cases[i].query), &params, &err));
        struct page page = page_for(&params, ids, id_count);
        if (page.from != cases[i].from || page.to != cases[i].to || page.has_next != cases[i].next ||
            page.has_previous != cases[i].previous) {
            fail_msg("%s: [%zu, %zu) %d %d", cases[i].query, page.from, page.to, page.has_next, page.has_previous);
        }
    }
    arena_release(&arena);
}

static void pages_are_windows(void **state)
{
    (void)state;
    static const struct window cases[] = {
        {"limit=2", 0, 2, true, false},
        {"limit=2&starting_after=04000000-0000-0000-0000-000000000000", 2, 4, true, true},
        {"limit=9&starting_after=02800000-0000-0000-0000-000000000000", 3, 5, false, true},
        {"limit=1&ending_before=03000000-0000-0000-0000-000000000000", 1, 2, true, true},
        {"limit=9&ending_before=03000000-0000-0000-0000-000000000000", 0, 2, true, false},
        {"limit=0", 0, 0, true, false},
        {"starting_after=00000000-0000-0000-0000-000000000000", 5, 5, false, true},
    };
    static const struct uuid ids[] = {{{5}}, {{4}}, {{3}}, {{2}}, {{1}}};
    check_windows(page_of, ids, ARRAY_LEN(ids), cases, ARRAY_LEN(cases));
}

static void listed_pages_are_windows(void **state)
{
    (void)state;
    static const struct window cases[] = {
        {"", 0, 4, false, false},
        {"limit=3", 0, 3, true, false},
        {"limit=2&starting_after=09000000-0000-0000-0000-000000000000", 2, 4, false, true},
        {"limit=1&ending_before=04000000-0000-0000-0000-000000000000", 1, 2, true, true},
        {"ending_before=04000000-0000-0000-0000-000000000000", 0, 2, true, false},
        {"starting_after=05000000-0000-0000-0000-000000000000", 4, 4, false, true},
        {"ending_before=05000000-0000-0000-0000-000000000000", 0, 0, true, false},
    };
    static const struct uuid ids[] = {{{1}}, {{9}}, {{4}}, {{7}}};
    check_windows(page_of_listed, ids, ARRAY_LEN(ids), cases, ARRAY_LEN(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_become_names),          cmocka_unit_test(wrong_objects_are_reported),
        cmocka_unit_test(wrong_fields_are_reported),    cmocka_unit_test(several_operations_see_each_other),
        cmocka_unit_test(large_tables_are_not_locked),  cmocka_unit_test(standard_values_are_kept_and_come_back),
        cmocka_unit_test(a_report_has_the_wire_s_form), cmocka_unit_test(pages_are_windows),
        cmocka_unit_test(listed_pages_are_windows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

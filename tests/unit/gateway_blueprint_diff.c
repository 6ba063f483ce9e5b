/* A model as a document, and a document beside a model: what is written, what is to be done. */
#include "gateway/blueprint/blueprint.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { PET, KEEPER, OBJECTS };
enum { FIELDS_MAX = 40 };

struct fixture {
    struct arena arena;
    struct object_row objects[OBJECTS];
    struct field_row fields[FIELDS_MAX];
    size_t field_count;
    struct catalogue *catalogue;
    struct blueprint_plan plan;
    struct err err;
};

static const struct blueprint_standard no_standard;
static uint8_t ids_given;

static struct uuid fresh_id(void)
{
    return (struct uuid){{0x30, [15] = ++ids_given}};
}

static struct field_row *add(struct fixture *fixture, size_t object, const char *name, const char *type)
{
    size_t index = fixture->field_count++;
    struct field_row *row = &fixture->fields[index];
    *row = (struct field_row){.id = {{0x20, [15] = (uint8_t)(index + 1)}},
                              .universal_id = {{0x21, [15] = (uint8_t)(index + 1)}},
                              .object_id = fixture->objects[object].id,
                              .name = str_from(name),
                              .label = str_from(name),
                              .type = str_from(type),
                              .nullable = true,
                              .active = true,
                              .ui_editable = true,
                              .audit_logged = true,
                              .ordinal = (double)index};
    return row;
}

static void add_system_fields(struct fixture *fixture, size_t object)
{
    static const char *const fields[][2] = {
        {"id", "UUID"},         {"createdAt", "DATE_TIME"}, {"updatedAt", "DATE_TIME"}, {"createdBy", "ACTOR"},
        {"updatedBy", "ACTOR"}, {"position", "POSITION"},   {"deletedAt", "DATE_TIME"}};
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        struct field_row *row = add(fixture, object, fields[i][0], fields[i][1]);
        row->nullable = i == 6;
        row->system = true;
    }
}

static int enter(void **state)
{
    static struct fixture fixture;
    fixture = (struct fixture){0};
    static const char *const names[OBJECTS][2] = {{"pet", "pets"}, {"keeper", "keepers"}};
    for (size_t i = 0; i < OBJECTS; i++) {
        fixture.objects[i] = (struct object_row){.id = {{0x10, [15] = (uint8_t)(i + 1)}},
                                                 .universal_id = {{0x11, [15] = (uint8_t)(i + 1)}},
                                                 .name_singular = str_from(names[i][0]),
                                                 .name_plural = str_from(names[i][1]),
                                                 .label_singular = str_from(names[i][0]),
                                                 .label_plural = str_from(names[i][1]),
                                                 .table_name = str_from(names[i][0]),
                                                 .open_record_in = STR("SIDE_PANEL"),
                                                 .active = true,
                                                 .searchable = true};
        add_system_fields(&fixture, i);
    }
    struct field_row *kind = add(&fixture, PET, "kind", "SELECT");
    kind->options_json = STR("[{\"id\":\"00000000-0000-4000-8000-000000000001\",\"value\":\"DOG\",\"label\":\"Dog\","
                             "\"color\":\"red\",\"position\":0}]");
    kind->default_json = STR("\"'DOG'\"");
    struct field_row *keeper = add(&fixture, PET, "keeper", "RELATION");
    struct field_row *pets = add(&fixture, KEEPER, "pets", "RELATION");
    keeper->settings_json =
        STR("{\"relationType\":\"MANY_TO_ONE\",\"onDelete\":\"CASCADE\",\"joinColumnName\":\"keeperId\"}");
    keeper->target_object_id = fixture.objects[KEEPER].id;
    keeper->target_field_id = pets->id;
    pets->settings_json = STR("{\"relationType\":\"ONE_TO_MANY\"}");
    pets->target_object_id = fixture.objects[PET].id;
    pets->target_field_id = keeper->id;
    struct model_rows rows = {.schema = STR("workspace"),
                              .objects = fixture.objects,
                              .object_count = OBJECTS,
                              .fields = fixture.fields,
                              .field_count = fixture.field_count};
    fixture.catalogue = catalogue_build(&rows, &fixture.err);
    assert_non_null(fixture.catalogue);
    *state = &fixture;
    return 0;
}

static int leave(void **state)
{
    struct fixture *fixture = *state;
    catalogue_unref(fixture->catalogue);
    arena_release(&fixture->arena);
    return 0;
}

static bool diff(struct fixture *fixture, const char *text)
{
    const struct json *document = json_parse(&fixture->arena, str_from(text), &blueprint_limits, &fixture->err);
    assert_non_null(document);
    return blueprint_diff(&fixture->arena, fixture->catalogue, &no_standard, document, fresh_id, &fixture->plan,
                          &fixture->err);
}

static void has_step(const struct fixture *fixture, const char *line, bool destructive)
{
    for (size_t i = 0; i < fixture->plan.step_count; i++) {
        if (str_is(fixture->plan.steps[i].line, line)) {
            assert_true(fixture->plan.steps[i].destructive == destructive);
            return;
        }
    }
    fail_msg("no step: %s", line);
}

#define PET_HEAD                                                                                                       \
    "{\"format\":1,\"objects\":[{\"universalId\":\"11000000-0000-0000-0000-000000000002\","                            \
    "\"nameSingular\":\"keeper\",\"namePlural\":\"keepers\",\"labelSingular\":\"keeper\",\"labelPlural\":\"keepers\"," \
    "\"fields\":[]},{\"nameSingular\":\"pet\",\"namePlural\":\"pets\",\"labelSingular\":\"pet\","                      \
    "\"labelPlural\":\"pets\",\"fields\":["
#define KIND(rest) "{\"name\":\"kind\",\"type\":\"SELECT\",\"label\":\"kind\"" rest "}"
#define DOG                                                                                                            \
    ",\"default\":\"'DOG'\",\"options\":[{\"value\":\"DOG\",\"label\":\"Dog\",\"color\":\"red\",\"position\":0}]"
#define OWNER                                                                                                          \
    "{\"name\":\"keeper\",\"type\":\"RELATION\",\"label\":\"keeper\",\"relation\":{\"target\":\"keeper\","             \
    "\"onDelete\":\"CASCADE\",\"inverse\":{\"name\":\"pets\",\"label\":\"pets\"}}}"
#define TAIL "]}]}"

static void what_is_written_says_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct strbuf text = {0};
    blueprint_export(&text, fixture->catalogue, &no_standard);
    assert_true(diff(fixture, strbuf_cstr(&text)));
    assert_int_equal(fixture->plan.op_count, 0);
    assert_int_equal(fixture->plan.step_count, 0);
    assert_true(str_starts_with(strbuf_str(&text), STR("{\n  \"format\": 1,\n  \"objects\": [\n    {\n      ")));
    assert_true(str_ends_with(strbuf_str(&text), STR("}\n")));
    assert_true(str_find_str(strbuf_str(&text), STR("createdAt")) == text.len);
    strbuf_release(&text);
}

static void nothing_wanted_is_everything_gone(void **state)
{
    struct fixture *fixture = *state;
    assert_true(diff(fixture, "{\"format\":1,\"objects\":[]}"));
    has_step(fixture, "- object pet: its records are destroyed", true);
    has_step(fixture, "- object keeper: its records are destroyed", true);
    assert_int_equal(fixture->plan.op_count, 2);
    assert_int_equal(fixture->plan.destructive, 2);
}

static void a_field_by_hand_is_the_same_one(void **state)
{
    struct fixture *fixture = *state;
    assert_true(diff(fixture, PET_HEAD KIND(DOG) "," OWNER TAIL));
    assert_int_equal(fixture->plan.op_count, 0);
}

static void an_option_keeps_its_id_and_one_that_goes_is_told(void **state)
{
    struct fixture *fixture = *state;
    assert_true(
        diff(fixture, PET_HEAD KIND(",\"default\":\"'DOG'\",\"options\":[{\"value\":\"DOG\",\"label\":\"Hound\","
                                    "\"color\":\"red\",\"position\":0},{\"value\":\"CAT\",\"label\":\"Cat\","
                                    "\"color\":\"blue\",\"position\":1}]") "," OWNER TAIL));
    has_step(fixture, "~ field pet.kind: options", false);
    assert_int_equal(fixture->plan.op_count, 1);
    const struct json *options = json_get(fixture->plan.ops[0].input, "options");
    assert_int_equal(options->count, 2);
    assert_true(str_is(json_get(options->first, "id")->text, "00000000-0000-4000-8000-000000000001"));
    assert_null(json_get(options->first->next, "id"));
    assert_true(diff(fixture, PET_HEAD KIND(",\"options\":[{\"value\":\"CAT\",\"label\":\"Cat\",\"color\":\"red\","
                                            "\"position\":0}]") "," OWNER TAIL));
    has_step(fixture, "~ field pet.kind: default, options; records with an option that is gone lose it", true);
}

static void another_type_or_target_is_another_field(void **state)
{
    struct fixture *fixture = *state;
    assert_true(diff(fixture, PET_HEAD "{\"name\":\"kind\",\"type\":\"TEXT\",\"label\":\"kind\"}," OWNER TAIL));
    has_step(fixture, "- field pet.kind: what is stored in it is destroyed", true);
    has_step(fixture, "+ field pet.kind: TEXT", false);
    assert_int_equal(fixture->plan.op_count, 2);
    assert_int_equal(fixture->plan.ops[0].verb, MODEL_DELETE);
    assert_int_equal(fixture->plan.ops[1].verb, MODEL_CREATE);
}

static void a_relation_is_changed_on_both_sides(void **state)
{
    struct fixture *fixture = *state;
    assert_true(diff(fixture, PET_HEAD KIND(DOG) ",{\"name\":\"keeper\",\"type\":\"RELATION\",\"label\":\"Keeper\","
                                                 "\"relation\":{\"target\":\"keeper\",\"onDelete\":\"SET_NULL\","
                                                 "\"inverse\":{\"name\":\"animals\",\"label\":\"pets\"}}}" TAIL));
    has_step(fixture, "~ field pet.keeper: label, onDelete", false);
    has_step(fixture, "~ field keeper.pets: name", false);
}

static void slips_are_told_with_their_place(void **state)
{
    struct fixture *fixture = *state;
    assert_false(diff(fixture, PET_HEAD KIND(",\"lable\":\"x\"") TAIL));
    assert_string_equal(fixture->err.text, "pet.kind: unknown property \"lable\"");
    assert_false(diff(fixture, PET_HEAD "{\"name\":\"id\",\"type\":\"UUID\",\"label\":\"x\"}" TAIL));
    assert_string_equal(fixture->err.text, "pet.id: this field comes with its object, and is not in documents");
    assert_false(diff(fixture, "{\"format\":2,\"objects\":[]}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_says_nothing, enter, leave),
        cmocka_unit_test_setup_teardown(nothing_wanted_is_everything_gone, enter, leave),
        cmocka_unit_test_setup_teardown(a_field_by_hand_is_the_same_one, enter, leave),
        cmocka_unit_test_setup_teardown(an_option_keeps_its_id_and_one_that_goes_is_told, enter, leave),
        cmocka_unit_test_setup_teardown(another_type_or_target_is_another_field, enter, leave),
        cmocka_unit_test_setup_teardown(a_relation_is_changed_on_both_sides, enter, leave),
        cmocka_unit_test_setup_teardown(slips_are_told_with_their_place, enter, leave),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

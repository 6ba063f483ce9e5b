/* catalogue_build: what is made of good rows, and that every kind of bad row is refused with the place's name. */
#include "gateway/catalogue/catalogue.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { PET, KEEPER, OBJECTS };
enum { FIELDS_MAX = 40 };

/* Two objects: a pet has a keeper, a keeper has pets; and a pet's "likes" is a morph that only one side knows. */
struct fixture {
    struct object_row objects[OBJECTS];
    struct field_row fields[FIELDS_MAX];
    struct model_rows rows;
};

static struct uuid id_of(unsigned kind, size_t number)
{
    return (struct uuid){{0x20, (uint8_t)kind, [14] = (uint8_t)(number >> 8), (uint8_t)(number & 0xFF)}};
}

static struct field_row *add(struct fixture *fixture, size_t object, const char *name, const char *type)
{
    size_t index = fixture->rows.field_count++;
    struct field_row *row = &fixture->fields[index];
    *row = (struct field_row){
        .id = id_of(2, index + 1),
        .universal_id = id_of(3, index + 1),
        .object_id = fixture->objects[object].id,
        .name = str_from(name),
        .label = str_from(name),
        .type = str_from(type),
        .nullable = true,
        .active = true,
        .ordinal = (double)index,
    };
    return row;
}

static void add_system_fields(struct fixture *fixture, size_t object)
{
    static const char *const fields[][2] = {
        {"position", "POSITION"}, {"searchVector", "TS_VECTOR"}, {"updatedBy", "ACTOR"},     {"createdBy", "ACTOR"},
        {"id", "UUID"},           {"createdAt", "DATE_TIME"},    {"deletedAt", "DATE_TIME"}, {"updatedAt", "DATE_TIME"},
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        struct field_row *row = add(fixture, object, fields[i][0], fields[i][1]);
        row->nullable = i == 1 || i == 6;
        row->unique = i == 4;
        row->system = true;
    }
}

static struct field_row *find(struct fixture *fixture, const char *name)
{
    for (size_t i = 0; i < fixture->rows.field_count; i++) {
        if (str_is(fixture->fields[i].name, name)) {
            return &fixture->fields[i];
        }
    }
    fail_msg("no field %s", name);
    return NULL;
}

static void relate(struct fixture *fixture)
{
    struct field_row *keeper = add(fixture, PET, "keeper", "RELATION");
    struct field_row *pets = add(fixture, KEEPER, "pets", "RELATION");
    keeper->settings_json =
        STR("{\"relationType\":\"MANY_TO_ONE\",\"onDelete\":\"CASCADE\",\"joinColumnName\":\"keeperId\"}");
    keeper->target_object_id = fixture->objects[KEEPER].id;
    keeper->target_field_id = pets->id;
    pets->settings_json = STR("{\"relationType\":\"ONE_TO_MANY\"}");
    pets->target_object_id = fixture->objects[PET].id;
    pets->target_field_id = keeper->id;
    struct field_row *likes = add(fixture, PET, "likesKeeper", "MORPH_RELATION");
    likes->settings_json = STR("{\"relationType\":\"MANY_TO_ONE\",\"joinColumnName\":\"likesKeeperId\"}");
    likes->target_object_id = fixture->objects[KEEPER].id;
    likes->morph_id = id_of(4, 1);
}

static void init(struct fixture *fixture)
{
    static const char *const names[OBJECTS][3] = {{"pet", "pets", "_pet"}, {"keeper", "keepers", "keeper"}};
    *fixture = (struct fixture){0};
    for (size_t i = 0; i < OBJECTS; i++) {
        fixture->objects[i] = (struct object_row){
            .id = id_of(1, i + 1),
            .universal_id = id_of(5, i + 1),
            .name_singular = str_from(names[i][0]),
            .name_plural = str_from(names[i][1]),
            .table_name = str_from(names[i][2]),
            .active = true,
        };
    }
    fixture->rows = (struct model_rows){
        .version = 7,
        .schema = STR("workspace"),
        .objects = fixture->objects,
        .object_count = OBJECTS,
        .fields = fixture->fields,
    };
    add_system_fields(fixture, PET);
    add_system_fields(fixture, KEEPER);
    relate(fixture);
    add(fixture, PET, "name", "TEXT");
    add(fixture, PET, "title", "FULL_NAME");
    add(fixture, PET, "mood", "SELECT")->options_json =
        STR("[{\"id\":\"20202020-0000-4000-8000-000000000002\",\"value\":\"SAD\",\"label\":\"Sad\",\"position\":1},"
            "{\"id\":\"20202020-0000-4000-8000-000000000001\",\"value\":\"GLAD\",\"label\":\"Glad\",\"color\":\"red\","
            "\"position\":0}]");
    find(fixture, "mood")->default_json = STR("\"'GLAD'\"");
    add(fixture, KEEPER, "mails", "EMAILS")->unique = true;
    fixture->objects[PET].label_identifier_id = find(fixture, "name")->id;
}

static struct catalogue *build(struct fixture *fixture)
{
    struct err err = {0};
    struct catalogue *catalogue = catalogue_build(&fixture->rows, &err);
    if (catalogue == NULL) {
        fail_msg("%s", err.text);
    }
    return catalogue;
}

static void fields_stand_in_order(void **state)
{
    (void)state;
    static const char *const expected[] = {"id",        "createdAt", "updatedAt",    "deletedAt", "createdBy",
                                           "updatedBy", "position",  "searchVector", "keeper",    "likesKeeper",
                                           "name",      "title",     "mood"};
    struct fixture fixture;
    init(&fixture);
    struct catalogue *catalogue = build(&fixture);
    const struct object *pet = catalogue_by_singular(catalogue, STR("pet"));
    assert_int_equal(pet->field_count, ARRAY_LEN(expected));
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        assert_true(str_is(pet->fields[i].name, expected[i]));
        assert_ptr_equal(pet->fields[i].object, pet);
    }
    catalogue_unref(catalogue);
}

static void columns_stand_in_order(void **state)
{
    (void)state;
    static const struct {
        const char *name, *key;
        enum column_kind kind;
        bool nullable;
    } expected[] = {
        {"id", "\"id\":", COLUMN_UUID, false},
        {"createdAt", "\"createdAt\":", COLUMN_TIMESTAMPTZ, false},
        {"updatedAt", "\"updatedAt\":", COLUMN_TIMESTAMPTZ, false},
        {"deletedAt", "\"deletedAt\":", COLUMN_TIMESTAMPTZ, true},
        {"createdBySource", "\"source\":", COLUMN_TEXT, false},
        {"createdByWorkspaceMemberId", "\"workspaceMemberId\":", COLUMN_UUID, true},
        {"createdByName", "\"name\":", COLUMN_TEXT, false},
        {"createdByContext", "\"context\":", COLUMN_JSONB, true},
        {"updatedBySource", "\"source\":", COLUMN_TEXT, false},
        {"updatedByWorkspaceMemberId", "\"workspaceMemberId\":", COLUMN_UUID, true},
        {"updatedByName", "\"name\":", COLUMN_TEXT, false},
        {"updatedByContext", "\"context\":", COLUMN_JSONB, true},
        {"position", "\"position\":", COLUMN_FLOAT8, false},
        {"keeperId", "\"keeperId\":", COLUMN_UUID, true},
        {"likesKeeperId", "\"likesKeeperId\":", COLUMN_UUID, true},
        {"name", "\"name\":", COLUMN_TEXT, true},
        {"titleFirstName", "\"firstName\":", COLUMN_TEXT, true},
        {"titleLastName", "\"lastName\":", COLUMN_TEXT, true},
        {"mood", "\"mood\":", COLUMN_TEXT, true},
    };
    struct fixture fixture;
    init(&fixture);
    struct catalogue *catalogue = build(&fixture);
    const struct object *pet = catalogue_by_plural(catalogue, STR("pets"));
    assert_int_equal(pet->column_count, ARRAY_LEN(expected));
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        const struct column *column = &pet->columns[i];
        assert_true(str_is(column->name, expected[i].name));
        assert_true(str_is(column->json_key, expected[i].key));
        assert_int_equal(column->kind, expected[i].kind);
        assert_int_equal(column->nullable, expected[i].nullable);
        assert_int_equal(column->index, i);
        assert_true(column >= column->field->columns && column < column->field->columns + column->field->column_count);
    }
    assert_true(str_is(pet->table, "\"workspace\".\"_pet\""));
    assert_true(str_is(pet->columns[13].quoted, "\"keeperId\""));
    assert_true(str_is(pet->id_column->name, "id"));
    assert_true(str_is(pet->position->name, "position"));
    assert_true(str_is(pet->deleted_at->name, "deletedAt"));
    assert_true(str_is(pet->updated_by->name, "updatedBy"));
    assert_true(str_is(pet->label_identifier->name, "name"));
    assert_null(catalogue_by_singular(catalogue, STR("keeper"))->label_identifier);
    catalogue_unref(catalogue);
}

static void relations_are_linked(void **state)
{
    (void)state;
    struct fixture fixture;
    init(&fixture);
    struct catalogue *catalogue = build(&fixture);
    const struct object *pet = catalogue_by_singular(catalogue, STR("pet"));
    const struct object *keeper = catalogue_by_singular(catalogue, STR("keeper"));
    const struct field *many = object_field(pet, STR("keeper"));
    const struct field *ones = object_field(keeper, STR("pets"));
    const struct field *likes = object_field(pet, STR("likesKeeper"));
    assert_int_equal(many->side, RELATION_MANY_TO_ONE);
    assert_int_equal(many->on_delete, ON_DELETE_CASCADE);
    assert_int_equal(likes->on_delete, ON_DELETE_SET_NULL);
    assert_int_equal(ones->side, RELATION_ONE_TO_MANY);
    assert_null(ones->columns);
    assert_ptr_equal(many->target, keeper);
    assert_ptr_equal(many->inverse, ones);
    assert_ptr_equal(ones->inverse, many);
    assert_null(likes->inverse);
    assert_ptr_equal(object_join(pet, STR("keeperId")), many);
    assert_null(object_join(pet, STR("keeper")));
    assert_null(object_field(pet, STR("keeperId")));
    assert_true(str_is(many->json_key, "\"keeperId\":"));
    assert_int_equal(keeper->referrer_count, 2);
    assert_ptr_equal(keeper->referrers[0], many);
    assert_ptr_equal(keeper->referrers[1], likes);
    assert_int_equal(pet->referrer_count, 0);
    catalogue_unref(catalogue);
}

static void options_stand_by_position(void **state)
{
    (void)state;
    struct fixture fixture;
    init(&fixture);
    struct catalogue *catalogue = build(&fixture);
    const struct field *mood = object_field(catalogue_by_singular(catalogue, STR("pet")), STR("mood"));
    assert_int_equal(mood->option_count, 2);
    assert_true(str_is(mood->options[0].value, "GLAD"));
    assert_true(str_is(mood->options[0].color, "red"));
    assert_true(str_is(mood->options[1].label, "Sad"));
    assert_true(str_is(mood->default_json, "\"'GLAD'\""));
    catalogue_unref(catalogue);
}

static void inactive_things_have_columns_but_no_names(void **state)
{
    (void)state;
    struct fixture fixture;
    init(&fixture);
    find(&fixture, "name")->active = false;
    find(&fixture, "likesKeeper")->active = false;
    fixture.objects[KEEPER].active = false;
    struct catalogue *catalogue = build(&fixture);
    const struct object *pet = catalogue_by_singular(catalogue, STR("pet"));
    assert_null(catalogue_by_singular(catalogue, STR("keeper")));
    assert_null(catalogue_by_plural(catalogue, STR("keepers")));
    assert_int_equal(catalogue->object_count, 2);
    assert_null(object_field(pet, STR("name")));
    assert_null(object_join(pet, STR("likesKeeperId")));
    assert_int_equal(pet->column_count, 19);
    catalogue_unref(catalogue);
}

static void ids_find_objects(void **state)
{
    (void)state;
    struct fixture fixture;
    init(&fixture);
    struct catalogue *catalogue = build(&fixture);
    const struct object *pet = map_get(&catalogue->by_id_text, STR("20010000-0000-0000-0000-000000000001"));
    assert_non_null(pet);
    assert_true(str_is(pet->name_singular, "pet"));
    assert_string_equal(pet->id_text, "20010000-0000-0000-0000-000000000001");
    assert_int_equal(catalogue->version, 7);
    catalogue_unref(catalogue);
}

static void an_empty_model_is_a_model(void **state)
{
    (void)state;
    struct model_rows rows = {.schema = STR("workspace")};
    struct err err;
    struct catalogue *catalogue = catalogue_build(&rows, &err);
    assert_non_null(catalogue);
    assert_null(catalogue_by_plural(catalogue, STR("pets")));
    catalogue_unref(catalogue);
}

/* ---- refusals ---- */

#define PET_OBJECT (&fixture->objects[PET])

static void bad_singular(struct fixture *fixture)
{
    PET_OBJECT->name_singular = STR("Pet");
}
static void long_name(struct fixture *fixture)
{
    PET_OBJECT->name_plural = STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}
static void same_names(struct fixture *fixture)
{
    PET_OBJECT->name_plural = PET_OBJECT->name_singular;
}
static void taken_name(struct fixture *fixture)
{
    PET_OBJECT->name_plural = STR("keeper");
}
static void bad_table(struct fixture *fixture)
{
    PET_OBJECT->table_name = STR("pet\"; drop");
}
static void taken_table(struct fixture *fixture)
{
    PET_OBJECT->table_name = STR("keeper");
}
static void nil_object(struct fixture *fixture)
{
    PET_OBJECT->id = (struct uuid){0};
}
static void taken_object_id(struct fixture *fixture)
{
    PET_OBJECT->id = fixture->objects[KEEPER].id;
}
static void foreign_label(struct fixture *fixture)
{
    PET_OBJECT->label_identifier_id = find(fixture, "mails")->id;
}
static void orphan_field(struct fixture *fixture)
{
    find(fixture, "name")->object_id = id_of(9, 9);
}
static void bad_field_name(struct fixture *fixture)
{
    find(fixture, "name")->name = STR("na me");
}
static void unknown_type(struct fixture *fixture)
{
    find(fixture, "name")->type = STR("MONEY");
}
static void nil_field(struct fixture *fixture)
{
    find(fixture, "name")->id = (struct uuid){0};
}
static void taken_field_id(struct fixture *fixture)
{
    find(fixture, "name")->id = find(fixture, "mood")->id;
}
static void unique_not_allowed(struct fixture *fixture)
{
    find(fixture, "title")->unique = true;
}
static void missing_system(struct fixture *fixture)
{
    find(fixture, "createdAt")->name = STR("bornAt");
}
static void system_of_another_type(struct fixture *fixture)
{
    find(fixture, "createdAt")->type = STR("DATE");
}
static void inactive_system(struct fixture *fixture)
{
    find(fixture, "position")->active = false;
}
static void nullable_system(struct fixture *fixture)
{
    find(fixture, "id")->nullable = true;
}
static void doubled_field(struct fixture *fixture)
{
    find(fixture, "mood")->name = STR("name");
}
static void doubled_system(struct fixture *fixture)
{
    find(fixture, "name")->name = STR("id");
}
static void column_of_a_composite(struct fixture *fixture)
{
    find(fixture, "name")->name = STR("titleFirstName");
}
static void long_column(struct fixture *fixture)
{
    find(fixture, "title")->name = STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
}
static void name_of_a_join(struct fixture *fixture)
{
    find(fixture, "name")->name = STR("keeperId");
}
static void join_of_a_one_to_many(struct fixture *fixture)
{
    /* No column of that name, but a key of the record. */
    find(fixture, "pets")->object_id = fixture->objects[PET].id;
    find(fixture, "keeper")->settings_json = STR("{\"relationType\":\"MANY_TO_ONE\",\"joinColumnName\":\"pets\"}");
}
static void second_search_vector(struct fixture *fixture)
{
    find(fixture, "name")->name = STR("searchVector");
}
static void no_options(struct fixture *fixture)
{
    find(fixture, "mood")->options_json = STR_EMPTY;
}
static void options_no_json(struct fixture *fixture)
{
    find(fixture, "mood")->options_json = STR("[{");
}
static void option_without_value(struct fixture *fixture)
{
    find(fixture, "mood")->options_json = STR("[{\"id\":\"20202020-0000-4000-8000-000000000002\",\"position\":1}]");
}
static void option_without_id(struct fixture *fixture)
{
    find(fixture, "mood")->options_json = STR("[{\"id\":\"2020\",\"value\":\"A\",\"position\":1}]");
}
static void doubled_option(struct fixture *fixture)
{
    find(fixture, "mood")->options_json =
        STR("[{\"id\":\"20202020-0000-4000-8000-000000000002\",\"value\":\"A\",\"position\":1},"
            "{\"id\":\"20202020-0000-4000-8000-000000000003\",\"value\":\"A\",\"position\":2}]");
}
static void default_no_option(struct fixture *fixture)
{
    find(fixture, "mood")->default_json = STR("\"'ANGRY'\"");
}
static void default_not_quoted(struct fixture *fixture)
{
    find(fixture, "mood")->default_json = STR("\"GLAD\"");
}
static void default_no_json(struct fixture *fixture)
{
    find(fixture, "name")->default_json = STR("'x'");
}
static void no_settings(struct fixture *fixture)
{
    find(fixture, "keeper")->settings_json = STR_EMPTY;
}
static void no_relation_type(struct fixture *fixture)
{
    find(fixture, "keeper")->settings_json = STR("{\"relationType\":\"MANY_TO_MANY\"}");
}
static void no_join(struct fixture *fixture)
{
    find(fixture, "keeper")->settings_json = STR("{\"relationType\":\"MANY_TO_ONE\"}");
}
static void bad_join(struct fixture *fixture)
{
    find(fixture, "keeper")->settings_json = STR("{\"relationType\":\"MANY_TO_ONE\",\"joinColumnName\":\"a-b\"}");
}
static void join_on_the_wrong_side(struct fixture *fixture)
{
    find(fixture, "pets")->settings_json = STR("{\"relationType\":\"ONE_TO_MANY\",\"joinColumnName\":\"x\"}");
}
static void bad_on_delete(struct fixture *fixture)
{
    find(fixture, "keeper")->settings_json =
        STR("{\"relationType\":\"MANY_TO_ONE\",\"joinColumnName\":\"keeperId\",\"onDelete\":\"FORGET\"}");
}
static void no_target(struct fixture *fixture)
{
    find(fixture, "keeper")->target_object_id = id_of(9, 9);
}
static void no_inverse(struct fixture *fixture)
{
    find(fixture, "keeper")->target_field_id = (struct uuid){0};
}
static void morph_inverse_lost(struct fixture *fixture)
{
    find(fixture, "likesKeeper")->target_field_id = id_of(9, 9);
}
static void no_morph_id(struct fixture *fixture)
{
    find(fixture, "likesKeeper")->morph_id = (struct uuid){0};
}
static void inverse_of_another(struct fixture *fixture)
{
    find(fixture, "likesKeeper")->target_field_id = find(fixture, "pets")->id;
}
static void inverse_of_the_same_side(struct fixture *fixture)
{
    find(fixture, "pets")->settings_json = STR("{\"relationType\":\"MANY_TO_ONE\",\"joinColumnName\":\"petsId\"}");
}
static void inverse_is_no_relation(struct fixture *fixture)
{
    find(fixture, "keeper")->target_field_id = find(fixture, "mails")->id;
}

static void bad_rows_are_refused(void **state)
{
    (void)state;
    static const struct {
        void (*spoil)(struct fixture *fixture);
        const char *place, *why;
    } cases[] = {
        {bad_singular, "Object \"Pet\"", "name is not legal"},
        {long_name, "Object \"pet\"", "name is not legal"},
        {same_names, "Object \"pet\"", "are the same"},
        {taken_name, "Object \"keeper\"", "same name"},
        {bad_table, "Object \"pet\"", "table name is not legal"},
        {taken_table, "Object \"keeper\"", "same table"},
        {nil_object, "Object \"pet\"", "id is missing"},
        {taken_object_id, "Object \"keeper\"", "same id"},
        {foreign_label, "Object \"pet\"", "label identifier"},
        {orphan_field, "Field \"name\"", "belongs to no object"},
        {bad_field_name, "Field \"na me\" of object \"pet\"", "not legal"},
        {unknown_type, "Field \"name\" of object \"pet\"", "no field type \"MONEY\""},
        {nil_field, "Field \"name\" of object \"pet\"", "id is missing"},
        {taken_field_id, "Field \"mood\" of object \"pet\"", "another field has it"},
        {unique_not_allowed, "Field \"title\" of object \"pet\"", "cannot be unique"},
        {missing_system, "Field \"createdAt\" of object \"pet\"", "missing or is not an active DATE_TIME"},
        {system_of_another_type, "Field \"createdAt\" of object \"pet\"", "is never null"},
        {inactive_system, "Field \"position\" of object \"pet\"", "active POSITION"},
        {nullable_system, "Field \"id\" of object \"pet\"", "is never null"},
        {doubled_field, "Field \"name\" of object \"pet\"", "column of this name"},
        {doubled_system, "of object \"pet\"", "missing"},
        {column_of_a_composite, "of object \"pet\"", "column of this name"},
        {long_column, "of object \"pet\"", "longer than 63 bytes"},
        {name_of_a_join, "Field \"keeperId\" of object \"pet\"", "column of this name"},
        {join_of_a_one_to_many, "of object \"pet\"", "same name"},
        {second_search_vector, "Field \"searchVector\" of object \"pet\"", "column of this name"},
        {no_options, "Field \"mood\" of object \"pet\"", "options are required"},
        {options_no_json, "Field \"mood\" of object \"pet\"", "options are required"},
        {option_without_value, "Field \"mood\" of object \"pet\"", "a value and a position"},
        {option_without_id, "Field \"mood\" of object \"pet\"", "no UUID"},
        {doubled_option, "Field \"mood\" of object \"pet\"", "share a value"},
        {default_no_option, "Field \"mood\" of object \"pet\"", "default value"},
        {default_not_quoted, "Field \"mood\" of object \"pet\"", "default value"},
        {default_no_json, "Field \"name\" of object \"pet\"", "default value"},
        {no_settings, "Field \"keeper\" of object \"pet\"", "settings object"},
        {no_relation_type, "Field \"keeper\" of object \"pet\"", "relationType"},
        {no_join, "Field \"keeper\" of object \"pet\"", "joinColumnName is missing"},
        {bad_join, "Field \"keeper\" of object \"pet\"", "column's name is not legal"},
        {join_on_the_wrong_side, "Field \"pets\" of object \"keeper\"", "no join column"},
        {bad_on_delete, "Field \"keeper\" of object \"pet\"", "onDelete"},
        {no_target, "Field \"keeper\" of object \"pet\"", "target object"},
        {no_inverse, "Field \"keeper\" of object \"pet\"", "other side does not exist"},
        {morph_inverse_lost, "Field \"likesKeeper\" of object \"pet\"", "other side does not exist"},
        {no_morph_id, "Field \"likesKeeper\" of object \"pet\"", "morph id"},
        {inverse_of_another, "Field \"likesKeeper\" of object \"pet\"", "do not mirror"},
        {inverse_of_the_same_side, "\"pet", "do not mirror"},
        {inverse_is_no_relation, "Field \"keeper\" of object \"pet\"", "do not mirror"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fixture fixture;
        struct err err = {0};
        init(&fixture);
        cases[i].spoil(&fixture);
        assert_null(catalogue_build(&fixture.rows, &err));
        assert_int_equal(err.code, ERR_INVALID);
        if (strstr(err.text, cases[i].place) == NULL || strstr(err.text, cases[i].why) == NULL) {
            fail_msg("case %zu: \"%s\" has not both %s and %s", i, err.text, cases[i].place, cases[i].why);
        }
    }
}

static void *hold_and_let_go(void *catalogue)
{
    for (int i = 0; i < 2000; i++) {
        struct catalogue *held = catalogue_ref(catalogue);
        assert_non_null(catalogue_by_plural(held, STR("pets")));
        catalogue_unref(held);
    }
    catalogue_unref(catalogue);
    return NULL;
}

static void the_last_holder_frees(void **state)
{
    (void)state;
    struct fixture fixture;
    init(&fixture);
    struct catalogue *catalogue = build(&fixture);
    pthread_t threads[4];
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, hold_and_let_go, catalogue_ref(catalogue)), 0);
    }
    catalogue_unref(catalogue);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
        pthread_join(threads[i], NULL);
    }
    catalogue_unref(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_stand_in_order),
        cmocka_unit_test(columns_stand_in_order),
        cmocka_unit_test(relations_are_linked),
        cmocka_unit_test(options_stand_by_position),
        cmocka_unit_test(inactive_things_have_columns_but_no_names),
        cmocka_unit_test(ids_find_objects),
        cmocka_unit_test(an_empty_model_is_a_model),
        cmocka_unit_test(bad_rows_are_refused),
        cmocka_unit_test(the_last_holder_frees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

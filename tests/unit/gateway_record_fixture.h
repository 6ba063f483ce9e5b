/* A small model with a field of every type, for the tests and fuzz targets of gateway/record. */
#ifndef PORTTI_TESTS_GATEWAY_RECORD_FIXTURE_H
#define PORTTI_TESTS_GATEWAY_RECORD_FIXTURE_H

#include "gateway/catalogue/catalogue.h"
#include <stdio.h>
#include <stdlib.h>

struct fixture_field {
    const char *type, *name, *default_json, *options_json, *settings_json;
    bool required, inactive;
};

#define FIXTURE_OPTIONS                                                                                                \
    "[{\"id\":\"00000000-0000-4000-8000-000000000001\",\"value\":\"NEW\",\"label\":\"New\",\"color\":\"red\","         \
    "\"position\":0},{\"id\":\"00000000-0000-4000-8000-000000000002\",\"value\":\"DONE\",\"label\":\"Done\","          \
    "\"color\":\"sky\",\"position\":1}]"

static const struct fixture_field fixture_system[] = {
    {.type = "UUID", .name = "id", .default_json = "\"uuid\"", .required = true},
    {.type = "DATE_TIME", .name = "createdAt", .default_json = "\"now\"", .required = true},
    {.type = "DATE_TIME", .name = "updatedAt", .default_json = "\"now\"", .required = true},
    {.type = "DATE_TIME", .name = "deletedAt"},
    {.type = "ACTOR", .name = "createdBy", .required = true},
    {.type = "ACTOR", .name = "updatedBy", .required = true},
    {.type = "POSITION", .name = "position", .default_json = "0", .required = true},
};

static const struct fixture_field fixture_person[] = {
    {.type = "TEXT", .name = "jobTitle"},
    {.type = "TEXT", .name = "code", .default_json = "\"'it''s'\"", .required = true},
    {.type = "TEXT", .name = "motto", .required = true},
    {.type = "TEXT", .name = "gone", .inactive = true},
    {.type = "BOOLEAN", .name = "happy", .default_json = "true"},
    {.type = "NUMBER", .name = "score"},
    {.type = "NUMBER", .name = "whole", .settings_json = "{\"dataType\":\"int\"}"},
    {.type = "NUMERIC", .name = "exact"},
    {.type = "DATE", .name = "born", .default_json = "\"now\""},
    {.type = "DATE_TIME", .name = "seenAt"},
    {.type = "RATING", .name = "rating", .options_json = FIXTURE_OPTIONS},
    {.type = "SELECT", .name = "stage", .options_json = FIXTURE_OPTIONS, .default_json = "\"'NEW'\""},
    {.type = "MULTI_SELECT", .name = "tags", .options_json = FIXTURE_OPTIONS, .default_json = "[\"'NEW'\",\"'DONE'\"]"},
    {.type = "RAW_JSON", .name = "data"},
    {.type = "ARRAY", .name = "words"},
    {.type = "FILES", .name = "files", .settings_json = "{\"maxNumberOfValues\":3}"},
    {.type = "TS_VECTOR", .name = "searchVector"},
    {.type = "UUID", .name = "token", .default_json = "\"uuid\""},
    {.type = "FULL_NAME", .name = "name", .default_json = "{\"firstName\":\"'Ann'\",\"lastName\":\"''\"}"},
    {.type = "EMAILS", .name = "emails"},
    {.type = "PHONES", .name = "phones"},
    {.type = "LINKS", .name = "links"},
    {.type = "LINKS", .name = "domain", .settings_json = "{\"type\":\"domain\"}"},
    {.type = "ADDRESS", .name = "address"},
    {.type = "CURRENCY", .name = "amount"},
    {.type = "ACTOR", .name = "checkedBy"},
    {.type = "RICH_TEXT", .name = "body"},
    {.type = "RELATION",
     .name = "company",
     .settings_json = "{\"relationType\":\"MANY_TO_ONE\",\"onDelete\":\"SET_NULL\",\"joinColumnName\":\"companyId\"}"},
};

static const struct fixture_field fixture_company[] = {
    {.type = "RELATION", .name = "people", .settings_json = "{\"relationType\":\"ONE_TO_MANY\"}"},
};

enum { FIXTURE_FIELDS = 2 * ARRAY_LEN(fixture_system) + ARRAY_LEN(fixture_person) + ARRAY_LEN(fixture_company) };

/* Ids are small numbers: 1 and 2 the objects, then the fields in order. */
static inline struct uuid fixture_id(size_t number)
{
    struct uuid id = {.bytes = {[14] = (uint8_t)(number >> 8), [15] = (uint8_t)number}};
    return id;
}

static inline void fixture_add(struct field_row *rows, size_t *count, size_t object, const struct fixture_field *fields,
                               size_t field_count)
{
    for (size_t i = 0; i < field_count; i++) {
        const struct fixture_field *field = &fields[i];
        rows[*count] = (struct field_row){.id = fixture_id(100 + *count),
                                          .object_id = fixture_id(object),
                                          .type = str_from(field->type),
                                          .name = str_from(field->name),
                                          .label = str_from(field->name),
                                          .default_json = str_from(field->default_json),
                                          .options_json = str_from(field->options_json),
                                          .settings_json = str_from(field->settings_json),
                                          .nullable = !field->required,
                                          .active = !field->inactive,
                                          .ordinal = (double)i};
        ++*count;
    }
}

static inline struct catalogue *fixture_catalogue(void)
{
    struct object_row objects[2] = {
        {.id = fixture_id(1),
         .name_singular = STR("person"),
         .name_plural = STR("people"),
         .table_name = STR("person"),
         .active = true},
        {.id = fixture_id(2),
         .name_singular = STR("company"),
         .name_plural = STR("companies"),
         .table_name = STR("company"),
         .active = true},
    };
    struct field_row rows[FIXTURE_FIELDS];
    size_t count = 0;
    fixture_add(rows, &count, 1, fixture_system, ARRAY_LEN(fixture_system));
    fixture_add(rows, &count, 1, fixture_person, ARRAY_LEN(fixture_person));
    fixture_add(rows, &count, 2, fixture_system, ARRAY_LEN(fixture_system));
    fixture_add(rows, &count, 2, fixture_company, ARRAY_LEN(fixture_company));
    /* The relation's two sides name each other. */
    struct field_row *many = &rows[ARRAY_LEN(fixture_system) + ARRAY_LEN(fixture_person) - 1];
    struct field_row *one = &rows[count - 1];
    many->target_object_id = fixture_id(2);
    many->target_field_id = one->id;
    one->target_object_id = fixture_id(1);
    one->target_field_id = many->id;
    struct model_rows model = {.version = 1,
                               .schema = STR("workspace"),
                               .objects = objects,
                               .object_count = 2,
                               .fields = rows,
                               .field_count = count};
    struct err err = {0};
    struct catalogue *catalogue = catalogue_build(&model, &err);
    if (catalogue == NULL) {
        fprintf(stderr, "fixture: %s\n", err.text);
        abort();
    }
    return catalogue;
}

#endif

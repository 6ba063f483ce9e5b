/*
 * A model of any size: pairs of objects, the first pair people and companies as in the contract's example, with a field
 * of every type, relations both ways and a morph relation.
 */
#ifndef PORTTI_TESTS_GATEWAY_SCHEMA_FIXTURE_H
#define PORTTI_TESTS_GATEWAY_SCHEMA_FIXTURE_H

#include "gateway/catalogue/catalogue.h"
#include <stdio.h>
#include <stdlib.h>

struct crm_field {
    const char *type, *name, *default_json, *settings_json;
    bool required, unique, options, system;
};

#define CRM_OPTION(id, word)                                                                                           \
    "{\"id\":\"00000000-0000-4000-8000-00000000000" id "\",\"value\":\"" word "\",\"label\":\"" word                   \
    "\",\"color\":\"red\",\"position\":" id "}"
#define CRM_OPTIONS   "[" CRM_OPTION("1", "ON_SITE") "," CRM_OPTION("2", "HYBRID") "," CRM_OPTION("3", "REMOTE_WORK") "]"
#define CRM_MANY(key) "{\"relationType\":\"MANY_TO_ONE\",\"onDelete\":\"SET_NULL\",\"joinColumnName\":\"" key "\"}"
#define CRM_ONE       "{\"relationType\":\"ONE_TO_MANY\"}"

static const struct crm_field crm_system[] = {
    {.type = "UUID", .name = "id", .default_json = "\"uuid\"", .required = true, .unique = true, .system = true},
    {.type = "DATE_TIME", .name = "createdAt", .default_json = "\"now\"", .required = true, .system = true},
    {.type = "DATE_TIME", .name = "updatedAt", .default_json = "\"now\"", .required = true, .system = true},
    {.type = "DATE_TIME", .name = "deletedAt", .system = true},
    {.type = "ACTOR", .name = "createdBy", .required = true, .system = true},
    {.type = "ACTOR", .name = "updatedBy", .required = true, .system = true},
    {.type = "POSITION", .name = "position", .default_json = "0", .required = true, .system = true},
    {.type = "TS_VECTOR", .name = "searchVector", .system = true},
};
static const struct crm_field crm_person[] = {
    {.type = "FULL_NAME", .name = "name"},
    {.type = "EMAILS", .name = "emails", .unique = true},
    {.type = "LINKS", .name = "linkedinLink"},
    {.type = "TEXT", .name = "jobTitle"},
    {.type = "PHONES", .name = "phones"},
    {.type = "FILES", .name = "avatarFile", .settings_json = "{\"maxNumberOfValues\":3}"},
    {.type = "MULTI_SELECT", .name = "workPreference", .options = true},
    {.type = "RATING", .name = "performanceRating", .options = true},
    {.type = "TEXT", .name = "code", .required = true},
    {.type = "RAW_JSON", .name = "extra"},
    {.type = "DATE", .name = "born"},
    {.type = "UUID", .name = "token"},
    {.type = "NUMERIC", .name = "exact"},
    {.type = "RICH_TEXT", .name = "body"},
    {.type = "RELATION", .name = "company", .settings_json = CRM_MANY("companyId")},
    {.type = "MORPH_RELATION", .name = "likesCompany", .settings_json = CRM_MANY("likesCompanyId")},
};
static const struct crm_field crm_company[] = {
    {.type = "TEXT", .name = "name"},
    {.type = "LINKS", .name = "domainName", .unique = true},
    {.type = "ADDRESS", .name = "address"},
    {.type = "CURRENCY", .name = "annualRevenue"},
    {.type = "NUMBER", .name = "employees"},
    {.type = "NUMBER", .name = "rooms", .settings_json = "{\"dataType\":\"int\"}"},
    {.type = "NUMBER", .name = "hits", .settings_json = "{\"dataType\":\"bigint\"}"},
    {.type = "TEXT", .name = "tagline", .default_json = "\"''\"", .required = true},
    {.type = "SELECT", .name = "workPolicy", .options = true},
    {.type = "BOOLEAN", .name = "visaSponsorship", .default_json = "false"},
    {.type = "ARRAY", .name = "words"},
    {.type = "RELATION", .name = "people", .settings_json = CRM_ONE},
};

struct crm_model {
    struct arena arena;
    struct object_row *objects;
    struct field_row *fields;
    size_t object_count;
    size_t field_count;
};

static inline struct uuid crm_id(unsigned kind, size_t number)
{
    return (struct uuid){
        .bytes = {0x20, (uint8_t)kind, [13] = (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number}};
}

static inline struct field_row *crm_add(struct crm_model *model, size_t object, const struct crm_field *fields,
                                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct crm_field *field = &fields[i];
        struct field_row *row = &model->fields[model->field_count];
        *row = (struct field_row){.id = crm_id(2, model->field_count + 1),
                                  .universal_id = crm_id(3, model->field_count + 1),
                                  .object_id = crm_id(1, object + 1),
                                  .type = str_from(field->type),
                                  .name = str_from(field->name),
                                  .label = str_from(field->name),
                                  .default_json = str_from(field->default_json),
                                  .options_json = field->options ? STR(CRM_OPTIONS) : STR_EMPTY,
                                  .settings_json = str_from(field->settings_json),
                                  .nullable = !field->required,
                                  .unique = field->unique,
                                  .system = field->system,
                                  .active = true,
                                  .ordinal = (double)model->field_count};
        model->field_count++;
    }
    return &model->fields[model->field_count - 1];
}

static inline void crm_object(struct crm_model *model, struct str singular, struct str plural)
{
    size_t number = model->object_count++;
    model->objects[number] = (struct object_row){.id = crm_id(1, number + 1),
                                                 .universal_id = crm_id(4, number + 1),
                                                 .name_singular = singular,
                                                 .name_plural = plural,
                                                 .label_singular = singular,
                                                 .label_plural = plural,
                                                 .table_name = singular,
                                                 .active = true};
}

static inline void crm_pair(struct crm_model *model, size_t pair)
{
    struct arena *arena = &model->arena;
    size_t person = model->object_count;
    if (pair == 0) {
        crm_object(model, STR("person"), STR("people"));
        crm_object(model, STR("company"), STR("companies"));
    } else {
        crm_object(model, arena_printf(arena, "animal%zu", pair), arena_printf(arena, "animals%zu", pair));
        crm_object(model, arena_printf(arena, "keeper%zu", pair), arena_printf(arena, "keepers%zu", pair));
    }
    crm_add(model, person, crm_system, ARRAY_LEN(crm_system));
    struct field_row *morph = crm_add(model, person, crm_person, ARRAY_LEN(crm_person));
    crm_add(model, person + 1, crm_system, ARRAY_LEN(crm_system));
    struct field_row *one = crm_add(model, person + 1, crm_company, ARRAY_LEN(crm_company));
    struct field_row *many = morph - 1;
    many->target_object_id = morph->target_object_id = model->objects[person + 1].id;
    many->target_field_id = one->id;
    one->target_object_id = model->objects[person].id;
    one->target_field_id = many->id;
    morph->morph_id = crm_id(5, pair + 1);
}

static inline struct catalogue *crm_catalogue(size_t pairs)
{
    struct crm_model model = {.object_count = 0};
    size_t per_pair = 2 * ARRAY_LEN(crm_system) + ARRAY_LEN(crm_person) + ARRAY_LEN(crm_company);
    model.objects = ARENA_ARRAY(&model.arena, struct object_row, 2 * pairs);
    model.fields = ARENA_ARRAY(&model.arena, struct field_row, per_pair * pairs);
    for (size_t i = 0; i < pairs; i++) {
        crm_pair(&model, i);
    }
    struct model_rows rows = {.version = 1,
                              .schema = STR("workspace"),
                              .objects = model.objects,
                              .object_count = model.object_count,
                              .fields = model.fields,
                              .field_count = model.field_count};
    struct err err = {0};
    struct catalogue *catalogue = catalogue_build(&rows, &err);
    if (catalogue == NULL) {
        fprintf(stderr, "fixture: %s\n", err.text);
        abort();
    }
    arena_release(&model.arena);
    return catalogue;
}

#endif

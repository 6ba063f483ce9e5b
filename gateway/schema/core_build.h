/* Inside this room: what the passes of core_schema_build share. */
#ifndef PORTTI_SCHEMA_CORE_BUILD_H
#define PORTTI_SCHEMA_CORE_BUILD_H

#include "gateway/graphql/schema_build.h"
#include "gateway/schema/core_schema.h"

/* An object's names, and its types that others refer to. */
struct core_object {
    const struct object *object;
    bool left_out;
    bool has_criteria;  /* for duplicates */
    struct str pascal;  /* "Person" */
    struct str pascals; /* "People" */
    struct str camel;   /* "person" */
    struct str camels;  /* "people" */
    uint32_t record, connection, edge, group_connection;
    uint32_t create, update, filter, order, group, group_order, aggregate_order, relation, connect, where, event;
    const struct gql_field *many_arguments; /* discover, first, … */
    uint16_t many_count;
};

struct core_builder {
    struct gql_builder gql;
    struct arena *arena;
    struct arena scratch; /* of arrays that still grow */
    const struct catalogue *catalogue;
    struct core_object *objects; /* parallel to catalogue->objects */
    /* Shared types, by name once. */
    uint32_t string, integer, number, boolean, id, uuid, date_time, date, big_int, big_float, position, json, ts_vector,
        cursor, direction, page_info, file_object, file_item, date_order, date_group, actor_source;
    uint32_t string_filter, uuid_filter, int_filter, float_filter, big_int_filter, big_float_filter, boolean_filter,
        date_filter, date_time_filter, json_filter, array_filter, ts_vector_filter, actor_source_filter;
};

/* Types of one field: of its value in records and inputs, of its filter, and its enum if it has one. */
struct core_field_types {
    struct gql_ref output;
    struct gql_ref create;
    struct gql_ref update;
    struct gql_ref filter;
    struct gql_ref order;       /* type 0: it is no key of orderBy */
    struct gql_ref group;       /* type 0: it is no key of groupBy */
    struct gql_ref group_order; /* type 0: as order */
};

/* A growing array of fields, until core_keep. */
struct core_fields {
    struct gql_field *items;
    size_t count;
    size_t room;
};

struct gql_field *core_add(struct core_builder *b, struct core_fields *fields, struct str name, struct gql_ref type,
                           enum core_role role, const void *source);
/* The fields for good. */
const struct gql_field *core_keep(struct core_builder *b, const struct core_fields *fields);
/* Up to three texts as one. */
struct str core_join(struct core_builder *b, struct str first, const char *second, const char *third);
uint32_t core_name(struct core_builder *b, struct str first, const char *second);

/* Scalars, filters, composites and the like (core_shared.c). */
void core_build_shared(struct core_builder *b);
const char *core_composite_name(enum field_type type); /* "FullName" */

/* core_field.c. `index` is of the field in its object. */
struct core_field_types core_field_types_of(struct core_builder *b, const struct core_object *object, size_t index);
/* Is it part of the API, and is its target? */
bool core_field_shown(const struct core_builder *b, const struct field *field);

/* The types of one object (core_object.c, core_input.c). */
void core_build_record(struct core_builder *b, const struct core_object *object, const struct core_field_types *types);
void core_build_inputs(struct core_builder *b, const struct core_object *object, const struct core_field_types *types);
/* Query and Mutation (core_root.c). */
void core_build_arguments(struct core_builder *b, struct core_object *object);
void core_build_roots(struct core_builder *b);
/* A field of a root, which takes the arguments. */
void core_add_root(struct core_builder *b, struct core_fields *root, struct str name, struct gql_ref type,
                   enum core_role role, const struct core_object *object, const struct core_fields *arguments);
/* Subscription and the events that it brings (core_subscription.c). */
void core_build_subscriptions(struct core_builder *b);

#endif

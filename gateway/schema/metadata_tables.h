/* Inside this room: the metadata schema as tables. */
#ifndef PORTTI_SCHEMA_METADATA_TABLES_H
#define PORTTI_SCHEMA_METADATA_TABLES_H

#include "gateway/graphql/schema_build.h"

#define FIELD(text, type_text, role_name)                                                                              \
    {                                                                                                                  \
        .name = (text), .type = (type_text), .role = (role_name)                                                       \
    }
#define TAKING(text, type_text, role_name, rows)                                                                       \
    {                                                                                                                  \
        .name = (text), .type = (type_text), .role = (role_name), .arguments = (rows)                                  \
    }
#define TELLING(text, type_text, role_name, rows, words)                                                               \
    {                                                                                                                  \
        .name = (text), .type = (type_text), .role = (role_name), .arguments = (rows), .description = (words)          \
    }
#define MEMBER(text, type_text) FIELD(text, type_text, META_MEMBER)
#define GIVEN(text, type_text)                                                                                         \
    {                                                                                                                  \
        .name = (text), .type = (type_text)                                                                            \
    }
#define SCALAR(text, words)                                                                                            \
    {                                                                                                                  \
        .kind = GQL_SCALAR, .name = (text), .description = (words)                                                     \
    }
#define OUTPUT(text, rows)                                                                                             \
    {                                                                                                                  \
        .kind = GQL_OBJECT, .name = (text), .fields = (rows)                                                           \
    }
#define INPUT(text, rows)                                                                                              \
    {                                                                                                                  \
        .kind = GQL_INPUT, .name = (text), .fields = (rows)                                                            \
    }
#define ENUM(text, names)                                                                                              \
    {                                                                                                                  \
        .kind = GQL_ENUM, .name = (text), .values = (names)                                                            \
    }

struct type_table {
    const struct gql_type_row *rows;
    size_t count;
};
extern const struct type_table metadata_model_types;    /* objects, fields, connections, filters (metadata_model.c) */
extern const struct type_table metadata_webhook_types;  /* webhooks and deliveries (metadata_webhooks.c) */
extern const struct type_table metadata_settings_types; /* keys, roles, workspace (metadata_settings.c) */

/* Views and what is in them (metadata_views.c). */
void metadata_build_view_types(struct gql_builder *builder);
/* Their queries, or their mutations, behind those of `others`. */
const struct gql_field_row *metadata_view_operations(struct arena *arena, const struct gql_field_row *others,
                                                     bool queries);

#endif

/*
 * The columns of core.object and core.field, written down once: what reads, writes or lists them goes by these.
 * A list calls FIRST for its first column and NEXT for every other one, with the column's name, its kind (enum row_kind
 * without ROW_) and the row's member.
 */
#ifndef PORTTI_CATALOGUE_MODEL_ROW_H
#define PORTTI_CATALOGUE_MODEL_ROW_H

#include "common/base/strbuf.h"
#include "gateway/catalogue/catalogue.h"

enum row_kind { ROW_ID, ROW_TEXT, ROW_JSON, ROW_BOOL, ROW_NUMBER, ROW_TIME };

/* What a change of the model may change. */
#define OBJECT_ROW(FIRST, NEXT)                                                                                        \
    FIRST(universal_id, ID, universal_id)                                                                              \
    NEXT(name_singular, TEXT, name_singular)                                                                           \
    NEXT(name_plural, TEXT, name_plural)                                                                               \
    NEXT(label_singular, TEXT, label_singular)                                                                         \
    NEXT(label_plural, TEXT, label_plural)                                                                             \
    NEXT(table_name, TEXT, table_name)                                                                                 \
    NEXT(description, TEXT, description)                                                                               \
    NEXT(icon, TEXT, icon)                                                                                             \
    NEXT(color, TEXT, color)                                                                                           \
    NEXT(shortcut, TEXT, shortcut)                                                                                     \
    NEXT(open_record_in, TEXT, open_record_in)                                                                         \
    NEXT(readability, TEXT, readability)                                                                               \
    NEXT(duplicate_criteria, JSON, duplicate_criteria)                                                                 \
    NEXT(replaced, JSON, replaced_json)                                                                                \
    NEXT(label_identifier_id, ID, label_identifier_id)                                                                 \
    NEXT(image_identifier_id, ID, image_identifier_id)                                                                 \
    NEXT(is_system, BOOL, system)                                                                                      \
    NEXT(is_active, BOOL, active)                                                                                      \
    NEXT(is_searchable, BOOL, searchable)                                                                              \
    NEXT(is_standard, BOOL, standard)                                                                                  \
    NEXT(is_label_synced_with_name, BOOL, label_synced)
#define FIELD_ROW(FIRST, NEXT)                                                                                         \
    FIRST(universal_id, ID, universal_id)                                                                              \
    NEXT(object_id, ID, object_id)                                                                                     \
    NEXT(target_object_id, ID, target_object_id)                                                                       \
    NEXT(target_field_id, ID, target_field_id)                                                                         \
    NEXT(morph_id, ID, morph_id)                                                                                       \
    NEXT(type, TEXT, type)                                                                                             \
    NEXT(name, TEXT, name)                                                                                             \
    NEXT(label, TEXT, label)                                                                                           \
    NEXT(description, TEXT, description)                                                                               \
    NEXT(icon, TEXT, icon)                                                                                             \
    NEXT(default_value, JSON, default_json)                                                                            \
    NEXT(options, JSON, options_json)                                                                                  \
    NEXT(settings, JSON, settings_json)                                                                                \
    NEXT(replaced, JSON, replaced_json)                                                                                \
    NEXT(is_system, BOOL, system)                                                                                      \
    NEXT(is_nullable, BOOL, nullable)                                                                                  \
    NEXT(is_unique, BOOL, unique)                                                                                      \
    NEXT(is_active, BOOL, active)                                                                                      \
    NEXT(is_standard, BOOL, standard)                                                                                  \
    NEXT(is_searchable, BOOL, searchable)                                                                              \
    NEXT(is_label_synced_with_name, BOOL, label_synced)                                                                \
    NEXT(is_ui_editable, BOOL, ui_editable)                                                                            \
    NEXT(is_audit_logged, BOOL, audit_logged)                                                                          \
    NEXT(ordinal, NUMBER, ordinal)

/* All, with what stays as it was made. */
#define OBJECT_ROW_WHOLE(FIRST, NEXT)                                                                                  \
    FIRST(id, ID, id)                                                                                                  \
    OBJECT_ROW(NEXT, NEXT)                                                                                             \
    NEXT(created_at, TIME, created_us)                                                                                 \
    NEXT(updated_at, TIME, updated_us)                                                                                 \
    NEXT(table_schema, TEXT, table_schema)                                                                             \
    NEXT(is_adopted, BOOL, adopted)
#define FIELD_ROW_WHOLE(FIRST, NEXT)                                                                                   \
    FIRST(id, ID, id)                                                                                                  \
    FIELD_ROW(NEXT, NEXT)                                                                                              \
    NEXT(created_at, TIME, created_us)                                                                                 \
    NEXT(updated_at, TIME, updated_us)

/* Lists for SQL: names; names of `excluded`; what to select, JSON as its text. */
#define ROW_FIRST_NAME(column, kind, member)     #column
#define ROW_NEXT_NAME(column, kind, member)      ", " #column
#define ROW_FIRST_EXCLUDED(column, kind, member) "excluded." #column
#define ROW_NEXT_EXCLUDED(column, kind, member)  ", excluded." #column
#define ROW_READ_ID                              ""
#define ROW_READ_TEXT                            ""
#define ROW_READ_JSON                            "::text"
#define ROW_READ_BOOL                            ""
#define ROW_READ_NUMBER                          ""
#define ROW_READ_TIME                            ""
#define ROW_FIRST_READ(column, kind, member)     #column ROW_READ_##kind
#define ROW_NEXT_READ(column, kind, member)      ", " #column ROW_READ_##kind

#define OBJECT_COLUMNS                           OBJECT_ROW(ROW_FIRST_NAME, ROW_NEXT_NAME)
#define OBJECT_COLUMNS_EXCLUDED                  OBJECT_ROW(ROW_FIRST_EXCLUDED, ROW_NEXT_EXCLUDED)
#define OBJECT_COLUMNS_READ                      OBJECT_ROW_WHOLE(ROW_FIRST_READ, ROW_NEXT_READ)
#define FIELD_COLUMNS                            FIELD_ROW(ROW_FIRST_NAME, ROW_NEXT_NAME)
#define FIELD_COLUMNS_EXCLUDED                   FIELD_ROW(ROW_FIRST_EXCLUDED, ROW_NEXT_EXCLUDED)
#define FIELD_COLUMNS_READ                       FIELD_ROW_WHOLE(ROW_FIRST_READ, ROW_NEXT_READ)

/* A column and the place of its member: struct str for texts and JSON, uuid, bool, double, int64_t. */
struct row_column {
    const char *name;
    enum row_kind kind;
    size_t offset;
};
struct row_columns {
    const struct row_column *list;
    size_t count;
};
/* In the order of OBJECT_COLUMNS_READ and FIELD_COLUMNS_READ. */
extern const struct row_columns object_row_columns;
extern const struct row_columns field_row_columns;

/* A JSON object for jsonb_populate_recordset: an empty text and a nil id are left out, which is NULL. */
void object_row_put(struct strbuf *out, const struct object_row *row);
void field_row_put(struct strbuf *out, const struct field_row *row);

#endif

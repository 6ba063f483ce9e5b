/*
 * The catalogue: the data model in memory, one immutable snapshot. Built aside from rows of the core schema, checked
 * whole, then shared by reference count and never changed. Everything in it lives in its own arena and dies with the
 * last reference; pointers into it are valid as long as the reference is held.
 */
#ifndef PORTTI_CATALOGUE_CATALOGUE_H
#define PORTTI_CATALOGUE_CATALOGUE_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/map.h"
#include "common/base/str.h"
#include "common/text/uuid.h"
#include "gateway/catalogue/field_type.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct object;
struct field;

/* A physical column. */
struct column {
    struct str name;   /* as the API has it: "nameFirstName", "companyId" */
    struct str stored; /* as in PostgreSQL: the same, but in an adopted table */
    struct str quoted; /* `stored` as an SQL identifier, quotes and all */
    struct str read;   /* what is read and compared: `quoted`, with a cast where the stored type is not of the kind */
    bool whole;        /* stored as an integer: fractions are refused */
    enum column_kind kind;
    enum json_form form;
    bool nullable;
    size_t index; /* in object->columns */
    const struct field *field;
    const struct sub_field_type *sub; /* NULL for a scalar or a join column */
    struct str json_key; /* `"firstName":` — the key inside the record (scalar) or inside the composite */
};

struct option {
    struct uuid id;
    struct str value;
    struct str label;
    struct str color;
    double position;
};

enum relation_side { RELATION_NONE, RELATION_MANY_TO_ONE, RELATION_ONE_TO_MANY };
enum on_delete { ON_DELETE_SET_NULL, ON_DELETE_CASCADE, ON_DELETE_RESTRICT, ON_DELETE_NO_ACTION };

struct field {
    struct uuid id;
    struct uuid universal_id;
    struct str name;
    struct str label;
    struct str description; /* empty when none, as all that may be missing */
    struct str icon;
    enum field_type type;
    const struct object *object;
    const struct column *columns; /* contiguous in object->columns; NULL for one-to-many and TS_VECTOR */
    size_t column_count;
    const struct option *options;
    size_t option_count;
    struct str default_json; /* as stored: "'abc'", "now", true …; empty when none */
    struct str options_json;
    struct str settings_json; /* empty when none */
    struct str replaced_json; /* see struct field_row */
    bool system;
    bool nullable;
    bool unique;
    bool active;
    bool standard;
    bool searchable;   /* feeds the object's TS_VECTOR */
    bool label_synced; /* the name follows the label */
    bool ui_editable;
    bool audit_logged;
    bool adopted; /* its column was there before: nobody drops it */
    double ordinal;
    int64_t created_us;
    int64_t updated_us;
    struct str json_key; /* `"name":` or, for a many-to-one, `"companyId":` */
    /* RELATION and MORPH_RELATION */
    enum relation_side side;
    enum on_delete on_delete;
    const struct object *target;
    const struct field *inverse; /* the other side's field; may be NULL for a morph target's shared mirror */
    struct uuid morph_id;        /* nil when not a morph */
};

/* Records that agree in all of these columns are likely duplicates. */
struct duplicate_criterion {
    const struct column *const *columns;
    size_t count;
};

struct object {
    struct uuid id;
    char id_text[UUID_TEXT_LEN + 1];
    struct uuid universal_id;
    struct str name_singular;
    struct str name_plural;
    struct str label_singular;
    struct str label_plural;
    struct str description; /* empty when none, as all that may be missing */
    struct str icon;
    struct str color;
    struct str shortcut;
    struct str open_record_in;
    struct str readability;
    struct str criteria_json;
    struct str replaced_json; /* see struct object_row */
    struct str table;         /* schema-qualified and quoted: "workspace"."company" */
    struct str table_name;
    struct str table_schema;
    bool adopted; /* the table was there before: it has columns that no field has, and a shape of its own */
    bool system;
    bool active;
    bool searchable;
    bool standard;
    bool label_synced; /* the names follow the labels */
    int64_t created_us;
    int64_t updated_us;
    struct field *fields; /* id, createdAt, updatedAt, deletedAt, createdBy, updatedBy, position, then the others */
    size_t field_count;
    struct column *columns; /* every stored column that clients see: all but searchVector */
    size_t column_count;
    /* Handy columns, never NULL. */
    const struct column *id_column;
    const struct column *created_at;
    const struct column *updated_at;
    const struct column *deleted_at;
    const struct column *position;
    const struct field *created_by;
    const struct field *updated_by;
    const struct field *label_identifier; /* may be NULL */
    const struct field *image_identifier; /* may be NULL */
    /* Many-to-one fields of any object that point here: what a destroy must look after. */
    const struct field *const *referrers;
    size_t referrer_count;
    const struct duplicate_criterion *criteria; /* alternatives */
    size_t criterion_count;
    struct map fields_by_name; /* active fields by name -> struct field */
    struct map joins_by_name;  /* "companyId" -> struct field */
    size_t index;              /* in catalogue->objects */
};

struct catalogue {
    atomic_size_t references;
    struct arena arena;
    int64_t version;
    struct uuid workspace_id;
    struct uuid application_standard_id; /* owner of what is standard */
    struct uuid application_custom_id;   /* owner of what is not */
    struct str schema;
    struct object *objects;
    size_t object_count;
    struct field *fields; /* of all objects, object after object */
    size_t field_count;
    struct map by_plural; /* active objects -> struct object */
    struct map by_singular;
    struct map by_id_text;
    struct map objects_by_id; /* active or not; by the 16 bytes of the id */
    struct map fields_by_id;
};

const struct object *catalogue_by_plural(const struct catalogue *catalogue, struct str name);
const struct object *catalogue_by_singular(const struct catalogue *catalogue, struct str name);
/* Active or not. */
const struct object *catalogue_object(const struct catalogue *catalogue, const struct uuid *id);
const struct field *catalogue_field(const struct catalogue *catalogue, const struct uuid *id);
const struct field *object_field(const struct object *object, struct str name);
/* The many-to-one field whose join column has this name, or NULL. */
const struct field *object_join(const struct object *object, struct str name);

/* Thread-safe. */
struct catalogue *catalogue_ref(struct catalogue *catalogue);
void catalogue_unref(struct catalogue *catalogue);

/*
 * What the catalogue is built from: the rows of core.object and core.field as values (texts borrowed until the build
 * is done). JSON columns are passed as their text. An empty text and a nil id stand for SQL NULL.
 */
struct object_row {
    struct uuid id, universal_id, label_identifier_id, image_identifier_id;
    struct str name_singular, name_plural, label_singular, label_plural, table_name;
    struct str description, icon, color, shortcut, open_record_in, readability;
    struct str duplicate_criteria; /* JSON: a list of lists of column names */
    struct str replaced_json; /* {"labelSingular":"Company"}: what the standard model says where we say otherwise */
    struct str table_schema;  /* empty: that of all record tables */
    bool system, active, searchable, standard, label_synced, adopted;
    int64_t created_us, updated_us;
};

struct field_row {
    struct uuid id, universal_id, object_id, target_object_id, target_field_id, morph_id;
    struct str type, name, label, description, icon;
    struct str default_json, options_json, settings_json;
    struct str replaced_json; /* as an object's */
    bool system, nullable, unique, active, standard, searchable, label_synced, ui_editable, audit_logged;
    double ordinal; /* order within the object */
    int64_t created_us, updated_us;
};

struct model_rows {
    int64_t version;
    struct uuid workspace_id, application_standard_id, application_custom_id;
    struct str schema; /* of the record tables: "workspace" */
    const struct object_row *objects;
    size_t object_count;
    const struct field_row *fields;
    size_t field_count;
};

/* A new catalogue with one reference, or NULL with a sentence that names the object and field that is wrong. */
MUST_CHECK struct catalogue *catalogue_build(const struct model_rows *rows, struct err *err);

/* The way back: the rows that an object or a field was built from, borrowing its texts. */
struct object_row object_row_of(const struct object *object);
struct field_row field_row_of(const struct field *field);

#endif

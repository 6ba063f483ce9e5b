/*
 * Inside this room: the model while it is being changed. Rows are copied from the catalogue, edited, and made into the
 * next catalogue at the end. Objects and fields are named by their place, since the arrays grow.
 */
#ifndef PORTTI_METADATA_DRAFT_H
#define PORTTI_METADATA_DRAFT_H

#include "gateway/metadata/change.h"

#define NOWHERE SIZE_MAX

enum draft_state { DRAFT_KEPT, DRAFT_CHANGED, DRAFT_NEW, DRAFT_GONE };

/* Stored values of options that are called otherwise from now on; an empty `to` for one that is gone. */
struct draft_options {
    struct str *from;
    struct str *to;
    size_t count;
};

struct draft_object {
    enum draft_state state;
    const struct object *was; /* NULL: new */
    size_t first_new;         /* its fields that were not there, in a chain; NOWHERE: none */
    size_t last_new;
};

struct draft_field {
    enum draft_state state;
    const struct field *was;
    size_t next_new;
    struct draft_options options;
};

struct draft {
    struct arena *arena;
    const struct catalogue *before;
    int64_t now_us;
    uint8_t seed[16];
    uint64_t ids_given;
    struct report *report;
    struct err *err;

    struct object_row *objects;
    struct draft_object *object_notes; /* parallel */
    size_t object_count, object_capacity;
    struct field_row *fields;
    struct draft_field *field_notes;
    size_t field_count, field_capacity;
};

void draft_begin(struct draft *draft);
struct uuid draft_fresh_id(struct draft *draft);

/* NOWHERE when there is none (any more). */
size_t draft_object_at(const struct draft *draft, const struct uuid *id);
size_t draft_field_at(const struct draft *draft, const struct uuid *id);
size_t draft_object_named(const struct draft *draft, struct str singular);
size_t draft_field_named(const struct draft *draft, size_t object, struct str name);
/* The next field of an object behind `at`; begin with NOWHERE, which is also the end. */
size_t draft_next_field(const struct draft *draft, size_t object, size_t at);

/* A row of the same id takes its place in the model; returns where. Ordinal and times are set here. */
size_t draft_add_object(struct draft *draft, const struct object_row *row);
size_t draft_add_field(struct draft *draft, const struct field_row *row);
/* The row to be edited, and noted as changed. */
struct object_row *draft_edit_object(struct draft *draft, size_t at);
struct field_row *draft_edit_field(struct draft *draft, size_t at);
void draft_remove_object(struct draft *draft, size_t at);
void draft_remove_field(struct draft *draft, size_t at);

/* ---- fields as values ---- */

enum field_type draft_type(const struct field_row *row);
/* Empty when it is no join column's side. */
struct str draft_join(struct draft *draft, const struct field_row *row);
/* {"relationType":…,"onDelete":…,"joinColumnName":…,"junctionTargetFieldId":…}; empty texts are left out. */
struct str draft_relation_settings(struct draft *draft, const char *type, struct str on_delete, struct str join,
                                   struct str junction);
/* A member of a JSON text, as a string; empty when there is none. */
struct str draft_setting(struct draft *draft, struct str json, const char *key);

/* ---- inputs ---- */

/* A string member, cleaned. *given: is it there at all (null counts)? */
struct str draft_text(struct draft *draft, const struct json *input, const char *key, bool *given);
/* Its value, or `otherwise` when it is absent or null. */
bool draft_bool(const struct json *input, const char *key, bool otherwise);
bool draft_given(const struct json *input, const char *key);
/* The JSON of a member in canonical form; empty when it is absent or null. */
struct str draft_json(struct draft *draft, const struct json *input, const char *key);
/*
 * Notes in `replaced` (of a standard object or field) that a property, whose value was `was`, is now `now`, both JSON:
 * the first value that was changed is kept, and forgotten when it comes back.
 */
struct str draft_replaced(struct draft *draft, struct str replaced, const char *key, struct str was, struct str now);
struct str draft_quote(struct draft *draft, struct str text); /* a JSON string; null when empty */
/* Refuses the change as a whole, when there is no refusal yet. */
bool draft_refuse(struct draft *draft, enum err_code code, const char *tag, const char *format, ...) PRINTF_LIKE(4, 5);

/* What class-validator says of a malformed body, gathered into one refusal. */
struct draft_complaints {
    struct draft *draft;
    struct strbuf text;
};
void draft_want_text(struct draft_complaints *complaints, const struct json *input, const char *key, bool required);
void draft_want_bool(struct draft_complaints *complaints, const struct json *input, const char *key);
void draft_want_id(struct draft_complaints *complaints, const struct json *input, const char *key, bool required,
                   bool nullable);
void draft_complain(struct draft_complaints *complaints, const char *format, ...) PRINTF_LIKE(2, 3);
/* False, and the change is refused, when there were any. */
bool draft_complaints_end(struct draft_complaints *complaints);

/* ---- operations ---- */

/* Each returns false when the change has been refused; what is to be reported is in the report. `*id` is set. */
bool object_create(struct draft *draft, const struct model_op *op, struct uuid *id);
bool object_update(struct draft *draft, const struct model_op *op);
bool object_delete(struct draft *draft, const struct model_op *op);
bool field_create(struct draft *draft, const struct model_op *op, struct uuid *id);
bool field_update(struct draft *draft, const struct model_op *op);
bool field_delete(struct draft *draft, const struct model_op *op);
/* Takes the field and its other side away, without asking. */
void field_remove(struct draft *draft, size_t at);

#endif

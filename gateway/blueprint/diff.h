/* Inside this room: a document beside a model, while operations are made of them. */
#ifndef PORTTI_BLUEPRINT_DIFF_H
#define PORTTI_BLUEPRINT_DIFF_H

#include "gateway/blueprint/blueprint.h"
#include "gateway/blueprint/model.h"

struct want_field {
    const struct json *source;
    const struct json *relation; /* NULL: none */
    struct field_row row;        /* what shall be, in canonical form */
    const struct field *now;     /* NULL: it is to be made */
    struct uuid id;              /* of the one to be made too */
    bool replaces;               /* one of that name is there, of another type: it goes first */
    bool grouped;                /* part of a morph relation that another one makes */
};

struct want_object {
    const struct json *source; /* NULL: a standard object that the document does not mention */
    struct object_row row;
    const struct object *now;
    struct uuid id;
    struct want_field *fields;
    size_t field_count;
};

/* When an operation happens within the change. */
enum phase {
    PHASE_OBJECTS,  /* renamed and made */
    PHASE_REPLACED, /* fields of another type go */
    PHASE_FIELDS,   /* made: plain ones, then relations */
    PHASE_RELATIONS,
    PHASE_UPDATES,
    PHASE_IDENTIFIERS,
    PHASE_DELETIONS,
    PHASE_COUNT
};

struct phase_ops {
    struct model_op *ops;
    size_t count, capacity;
};

struct diff {
    struct arena *arena;
    const struct catalogue *catalogue;
    const struct blueprint_standard *standard;
    struct uuid (*fresh_id)(void);
    struct want_object *objects;
    size_t object_count;
    struct phase_ops phases[PHASE_COUNT];
    struct blueprint_step *steps;
    size_t step_count, step_capacity, destructive;
    struct err *err;
};

void diff_step(struct diff *diff, bool destructive, const char *format, ...) PRINTF_LIKE(3, 4);
/* `input` is JSON text; it is emptied. NULL for a deletion. */
bool diff_op(struct diff *diff, enum phase phase, enum model_kind kind, enum model_verb verb, const struct uuid *id,
             const struct uuid *universal_id, struct strbuf *input);
const struct want_object *diff_object(const struct diff *diff, struct str singular);

/* want.c: the document as wants, matched with what is there. */
MUST_CHECK bool diff_read(struct diff *diff, const struct json *document);
/* diff_field.c */
MUST_CHECK bool diff_fields(struct diff *diff, const struct want_object *object);

#endif

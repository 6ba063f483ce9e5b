/*
 * A client's JSON into typed values (contract/rest-core 3.4, 6.2, 6.4): coercion, canonical e-mails and domains, dates
 * in many layouts, options. Texts of errors are the contract's.
 */
#ifndef PORTTI_RECORD_RECORD_INPUT_H
#define PORTTI_RECORD_RECORD_INPUT_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/text/json_read.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/record/value.h"

enum record_input_mode {
    RECORD_INPUT_CREATE, /* id, createdAt, createdBy, position may be given */
    RECORD_INPUT_UPDATE  /* partial; id in the body must be absent or is ignored when equal to the path's (caller) */
};

/* A relation that is to lead to the one record with these values: {"connect":{"where":{…}}}. */
struct record_connect {
    const struct field *field;           /* many-to-one */
    const struct column *const *columns; /* of field->target: its id, or all that make a field of it unique */
    const struct value *values;          /* of these columns, none NULL */
    size_t count;
};

struct record_input;

/* A relation that is to lead to a record that is created with this one: {"create":{…}}. */
struct record_create {
    const struct field *field; /* many-to-one */
    struct record_input *input;
};

/* Creates may lie in creates so far. */
enum { RECORD_CREATE_DEPTH_MAX = 5 };

struct record_input {
    struct value *values; /* indexed like object->columns; only those with set[i] mean anything */
    bool *set;
    bool actor_given;                      /* createdBy.source came from the client */
    const struct record_connect *connects; /* whoever looks them up sets their join columns */
    size_t connect_count;
    const struct record_create *creates; /* whoever makes the records sets their join columns */
    size_t create_count;
};

/* The columns that make `field` unique, in `columns` (SUB_FIELDS_MAX): returns how many; 0 when it is not unique. */
size_t unique_columns(const struct field *field, const struct column **columns);

/*
 * Reads `json` (which must be an object). Unknown keys, one-to-many fields, wrong types, options that do not exist are
 * ERR_INVALID with the contract's sentence. Only fields that the body names are set; of a composite, only the
 * sub-fields that it names (a whole composite sent as null sets all its sub-fields to null). `now_us` and `position`
 * handling of "first"/"last" is the caller's: POSITION accepts numbers and these two words, given as ±now in ms.
 */
MUST_CHECK bool record_input_read(struct arena *arena, const struct object *object, const struct json *json,
                                  enum record_input_mode mode, int64_t now_us, struct record_input *out,
                                  struct err *err);

/* Fills what a create left unset: id (given), createdAt, updatedAt, position, createdBy, updatedBy, field defaults;
 * everything else NULL. Refuses NULL in columns that may not be NULL and have no default. */
struct record_actor {
    struct str source; /* "API" */
    struct str name;   /* the key's name */
};
MUST_CHECK bool record_input_complete(struct arena *arena, const struct object *object, struct record_input *input,
                                      const struct uuid *fresh_id, int64_t now_us, size_t index_in_batch,
                                      const struct record_actor *actor, struct err *err);

/* Would a create that leaves `column` unset get a value from the field's default `json`? ERR_INVALID with the sentence
 * that every such create would be refused with. Of `column`, name, kind, form, field (with its settings) and sub count.
 */
MUST_CHECK bool record_default_check(struct arena *arena, const struct column *column, const struct json *json,
                                     struct err *err);

/* One column's value from a filter's or an id's text (used by filters later and by paths now). */
MUST_CHECK bool value_from_text(struct arena *arena, const struct column *column, struct str text, struct value *out,
                                struct err *err);

/* Without white space around it, lower case, domain in its ASCII (punycode) form, ideographic and full-width dots read
 * as '.', trailing dot dropped. False when it is no e-mail address. */
MUST_CHECK bool email_canonical(struct arena *arena, struct str text, struct str *out);

#endif

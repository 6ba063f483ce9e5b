/*
 * What makes a record of an object unique: its id, and each unique field. Internal to the room.
 */
#ifndef PORTTI_EXECUTE_UNIQUE_KEY_H
#define PORTTI_EXECUTE_UNIQUE_KEY_H

#include "gateway/execute/operation_private.h"

struct unique_key {
    const struct field *field;
    const struct column *columns[SUB_FIELDS_MAX];
    size_t count;
};

struct unique_keys {
    struct unique_key *items; /* the id first */
    size_t count;
};

struct unique_keys unique_keys_of(struct arena *arena, const struct object *object);
/* Does the input give all of the key? */
bool unique_key_given(const struct unique_key *key, const struct record_input *input);
/* Are the input's values those of the row? Both by object->columns. */
bool unique_key_eq(const struct unique_key *key, const struct value *input, const struct value *row);
/* The statement that finds what has a key of any of the plan's inputs, deleted records too, in id order. It may find
 * more: of a key with several columns the first one's value decides. */
struct pg_command unique_keys_look_up(struct operation *operation, const struct unique_keys *keys, bool lock);

/* Fails a create whose uniqueness was broken, after finding out which record of the batch it was and by what. */
void operation_fail_duplicate(struct operation *operation, const struct pg_failure *failure);

#endif

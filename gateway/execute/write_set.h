/*
 * What one transaction changes: records are locked, thought about here, then written at once with their events. A
 * record is in the set once, however many ways lead to it. Actions, count deltas and what an event shows follow from
 * before and after. Internal to the room.
 */
#ifndef PORTTI_EXECUTE_WRITE_SET_H
#define PORTTI_EXECUTE_WRITE_SET_H

#include "common/base/map.h"
#include "gateway/execute/operation_private.h"

struct record_change {
    const struct object *object;
    struct value *before; /* by object->columns; NULL: the record is created */
    struct value *after;
    bool *changed; /* by column */
    size_t change_count;
    bool destroyed;
    bool expanded; /* a destroy has looked up what refers to it */
};

struct write_set {
    struct operation *operation;
    int64_t now_us; /* what it stamps */
    struct record_change **items;
    size_t count;
    size_t capacity;
    struct map known; /* object index and id -> item */
    bool backwards;   /* the last ones' events come first */
    struct change *changes;
    struct event *events;
    size_t event_count;
    size_t outbox_at; /* among the commands */
    void (*on_failed)(struct operation *operation, const struct pg_failure *failure);
};

/* Becomes operation->writes, in place of an older one, and ends with the operation. */
struct write_set *write_set_begin(struct operation *operation);
void write_set_release(struct write_set *set);

/* The record in the set, or NULL. */
struct record_change *write_set_find(const struct write_set *set, const struct object *object, const struct uuid *id);
/* The same, after adding it as it is now. */
struct record_change *write_set_add(struct write_set *set, const struct object *object, struct value *values);
/* Adds the rows of a result. False when one is not what the catalogue says; the operation has been failed then. */
MUST_CHECK bool write_set_add_rows(struct write_set *set, const struct object *object, const struct pg_result *rows);
/* A new record. */
struct record_change *write_set_create(struct write_set *set, const struct object *object, struct value *values);

/* Marks the column when the value is another one. */
void record_change_set(struct record_change *change, const struct column *column, const struct value *value);
/* updatedAt and updatedBy, if anything has changed. */
void record_change_stamp(struct write_set *set, struct record_change *change);
struct uuid record_change_id(const struct record_change *change);

/* The UPDATE of one record that has changed. */
struct pg_command write_set_update(struct write_set *set, const struct record_change *change);
/* Will there be an event? Destroyed, created or changed. */
bool record_change_counts(const struct record_change *change);

/* The records that the operation's result is about. Before the commit. */
void write_set_answers(struct write_set *set, struct record_change *const *changes, size_t count);
/*
 * Runs `commands` (with room for three more) and behind them the events, the caller's command and COMMIT, publishes,
 * then ends the operation; on failure calls `on_failed`, or operation_fail_pg when that is NULL.
 */
void write_set_commit(struct write_set *set, struct pg_command *commands, size_t count,
                      void (*on_failed)(struct operation *operation, const struct pg_failure *failure));

/* A new record's id; those of a batch stand in its order. */
struct uuid operation_fresh_id(const struct operation *operation, int64_t now_us, size_t index);
/* UPDATE of a many-to-one field wherever it leads to one of `ids`: to `target`, or to nothing when that is NULL. */
struct pg_command operation_repoint(struct write_set *set, const struct field *field, struct pg_param ids,
                                    const struct uuid *target);
/* BEGIN, then the statement that locks the plan's records, on the session; `on_locked` gets the rows in results[1]. */
void operation_lock_targets(struct operation *operation,
                            void (*on_locked)(void *context, struct pg_result *const *results,
                                              const struct pg_failure *failure));
/*
 * The plan's records among the set's, in the order of the answer, once their rows were added. False, with the operation
 * failed, when one is missing (or `refused`, if that is not NULL), or more match than one write may be about.
 */
MUST_CHECK bool operation_targets(struct operation *operation,
                                  bool (*refused)(const struct operation *operation,
                                                  const struct record_change *change),
                                  struct record_change ***out, size_t *count);

#endif

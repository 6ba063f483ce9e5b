/*
 * What one transaction changes: records are locked, thought about here, then written at once with their events. A
 * record is in the set once, however many ways lead to it. Actions, count deltas and what an event shows follow from
 * before and after. Internal to the room.
 */
#ifndef PORTTI_REQUEST_WRITE_SET_H
#define PORTTI_REQUEST_WRITE_SET_H

#include "common/base/map.h"
#include "gateway/request/request_private.h"

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
    struct request *request;
    int64_t now_us; /* what it stamps */
    struct record_change **items;
    size_t count;
    size_t capacity;
    struct map known; /* object index and id -> item */
    bool backwards;   /* the last ones' events come first */
    struct change *changes;
    struct event *events;
    size_t event_count;
    size_t outbox_at;                    /* among the commands */
    struct record_change *const *answer; /* what will be answered: see write_set_answers */
    size_t answer_count;
    bool answer_ids;
    void (*on_committed)(struct request *request);
    void (*on_failed)(struct request *request, const struct pg_failure *failure);
};

/* Becomes request->writes, in place of an older one, and ends with the request. */
struct write_set *write_set_begin(struct request *request);
void write_set_release(struct write_set *set);

/* The record in the set, or NULL. */
struct record_change *write_set_find(const struct write_set *set, const struct object *object, const struct uuid *id);
/* The same, after adding it as it is now. */
struct record_change *write_set_add(struct write_set *set, const struct object *object, struct value *values);
/* Adds the rows of a result. False when one is not what the catalogue says; the request has been failed then. */
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

/* What the answer will be about, whole records or their ids, so that it can be kept with the write. Before the commit.
 */
void write_set_answers(struct write_set *set, struct record_change *const *changes, size_t count, bool ids_only);
/*
 * Runs `commands` (with room for three more) and behind them the events and COMMIT, publishes, then calls
 * `on_committed`; on failure `on_failed`, or request_fail_pg when that is NULL.
 */
void write_set_commit(struct write_set *set, struct pg_command *commands, size_t count,
                      void (*on_committed)(struct request *request),
                      void (*on_failed)(struct request *request, const struct pg_failure *failure));

/* A new record's id; those of a batch stand in its order. */
struct uuid request_fresh_id(const struct request *request, int64_t now_us, size_t index);
/* UPDATE of a many-to-one field wherever it leads to one of `ids`: to `target`, or to nothing when that is NULL. */
struct pg_command request_repoint(struct write_set *set, const struct field *field, struct pg_param ids,
                                  const struct uuid *target);
/* BEGIN, then the statement that locks the plan's records, on the session; `on_locked` gets the rows in results[1]. */
void request_lock_targets(struct request *request, void (*on_locked)(void *context, struct pg_result *const *results,
                                                                     const struct pg_failure *failure));
/*
 * The plan's records among the set's, in the order of the answer, once their rows were added. False, with the request
 * failed, when one is missing (or `refused`, if that is not NULL), or more match than one write may be about.
 */
MUST_CHECK bool request_targets(struct request *request,
                                bool (*refused)(const struct request *request, const struct record_change *change),
                                struct record_change ***out, size_t *count);
/* {"id":…} of each. */
void request_answer_ids(struct request *request, struct record_change *const *changes, size_t count);
/* The records as they are now. */
void request_answer_changes(struct request *request, struct record_change *const *changes, size_t count);

#endif

/*
 * Carries out changes of the data model, one at a time in this process and, by an advisory lock, one at a time in the
 * database. Lives on the main loop with a connection of its own: a change that waits for a lock or builds an index
 * holds up no request, and the catalogue that it makes is handed to all workers before the caller is answered, so that
 * the caller's next request sees it on any of them.
 */
#ifndef PORTTI_REMODEL_REMODEL_H
#define PORTTI_REMODEL_REMODEL_H

#include "common/base/list.h"
#include "common/loop/loop.h"
#include "gateway/metadata/change.h"

struct remodel;

struct remodel_options {
    const char *conninfo;
    size_t max_queue; /* changes that wait; more are refused */
    /* All on the main loop. The newest catalogue, borrowed; NULL before there is one. */
    struct catalogue *(*current)(void *context);
    /* Look whether the database has a newer one; `current` will tell. */
    void (*refresh)(void *context);
    /* An object that the change would take from some API, so that the change is refused; NULL for none. */
    const struct object *(*loses)(const struct catalogue *before, const struct catalogue *after);
    /* Takes over the reference: this is the model from now on. Calls `done` when every worker has it. */
    void (*publish)(void *context, struct catalogue *catalogue, loop_callback done, void *done_context);
    void *context;
};

/* On the main loop. Finishes or takes back what a gateway that died has left behind. */
struct remodel *remodel_new(struct loop *loop, const struct remodel_options *options);
void remodel_free(struct remodel *remodel);

/*
 * A change that somebody wants. It, its operations and their JSON stay untouched until `on_done`, which is called once
 * on the given loop. Release it afterwards.
 */
struct remodel_job {
    const struct model_op *ops;
    size_t op_count;
    struct loop *loop;
    void (*on_done)(struct remodel_job *job);
    void *context;

    /* What came of it. `ids` are those of the operations; `before` and `after` are set on CHANGE_READY (`before` also
     * shows what was deleted). */
    enum change_outcome outcome;
    struct err err;
    struct report report;
    const struct uuid *ids;
    struct catalogue *before;
    struct catalogue *after;

    struct arena arena; /* of the report and the ids */
    struct list link;   /* the rest is the room's */
    struct remodel *remodel;
};

/* From any thread. */
void remodel_submit(struct remodel *remodel, struct remodel_job *job);
void remodel_job_release(struct remodel_job *job);
/* On its loop: has it nothing to do any more, also nothing that comes after a change has been answered? */
bool remodel_idle(const struct remodel *remodel);

#endif

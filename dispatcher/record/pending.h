/* core.pending as a whole, in pieces: for an owner that begins. */
#ifndef PORTTI_DISPATCHER_RECORD_PENDING_H
#define PORTTI_DISPATCHER_RECORD_PENDING_H

#include "dispatcher/record/group.h"

/* One read under way. */
struct pending_read {
    struct pg_job job;
    struct pg_command command;
    struct pg_param params[3];
    struct strbuf texts[3];
};

/* The PENDING_PIECE rows behind `after`, ordered by webhook, record and seq, for group_read_row. The read must live
 * until `on_done` has been called. */
void pending_read_start(struct pending_read *read, struct pg_pool *pool, const struct pending_row *after,
                        void (*on_done)(void *context, struct pg_result *const *results,
                                        const struct pg_failure *failure),
                        void *context);
/* Likewise, the retries from a block on; rows for group_retry_row. */
void pending_read_retries(struct pending_read *read, struct pg_pool *pool, int64_t block,
                          void (*on_done)(void *context, struct pg_result *const *results,
                                          const struct pg_failure *failure),
                          void *context);
void pending_read_release(struct pending_read *read);

#endif

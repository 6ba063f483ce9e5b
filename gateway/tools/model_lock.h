/* Inside this room: the lock under which models change (see gateway/remodel), over a blocking connection. */
#ifndef PORTTI_TOOLS_MODEL_LOCK_H
#define PORTTI_TOOLS_MODEL_LOCK_H

#include "common/pg/pg_sync.h"

/* `shared`: for who only looks. Asked for again and again for ten seconds, and never waited for within a statement:
 * that would hold a snapshot, and an index that is built CONCURRENTLY under the lock would wait for that one in turn.
 * False when it could not be had; the connection is as good as before. Outside a transaction; ends with the connection.
 */
MUST_CHECK bool model_lock(struct pg_sync *connection, bool shared, struct err *err);
void model_unlock(struct pg_sync *connection, bool shared);

#endif

/* The room's own: the statements of a group, in the order in which they run. */
#ifndef PORTTI_DISPATCHER_RECORD_GROUP_SQL_H
#define PORTTI_DISPATCHER_RECORD_GROUP_SQL_H

#include "dispatcher/record/group.h"

enum group_command {
    FENCE,
    ATTEMPTS,
    UPSERTS,
    DELETES,
    DISABLES,
    HEALTH,
    NOTICES,
    REPLAYS,
    REFILL,
    COMMAND_COUNT = REFILL + GROUP_READS
};

extern const struct pg_statement group_statements[COMMAND_COUNT];

#endif

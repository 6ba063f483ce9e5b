/* Inside common/pg: from SQLSTATE to our errors. */
#ifndef PORTTI_PG_PG_FAILURE_H
#define PORTTI_PG_PG_FAILURE_H

#include "common/pg/pg.h"
#include <libpq-fe.h>

/* Code and sentence for a SQLSTATE; "" or NULL counts as a lost connection. */
void pg_failure_classify(const char *sqlstate, struct err *err);
/* Everything a failed result tells, except `command` and `outcome_unknown`. */
void pg_failure_from_result(const PGresult *result, struct pg_failure *out);
/* A failure that did not come from the server. */
struct pg_failure pg_failure_of(enum err_code code, const char *sentence);

/* A prepared statement that no longer fits the tables, or that the server does not know (any more) or knows already:
 * preparing it anew helps. */
bool pg_failure_heals(const char *sqlstate);

#endif

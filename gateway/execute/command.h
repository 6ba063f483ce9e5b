/* Commands for one job, and their parameters in PostgreSQL's text format. */
#ifndef PORTTI_EXECUTE_COMMAND_H
#define PORTTI_EXECUTE_COMMAND_H

#include "common/base/arena.h"
#include "common/pg/pg.h"
#include "gateway/record/value.h"
#include "gateway/sql/sql.h"

struct pg_statement statement_of(struct sql sql);
/* A statement made for this job alone, with its parameters. It lives in the arena. */
struct pg_command command_of(struct arena *arena, struct sql sql, const struct pg_param *params);
/* The same for one that brought its parameters. */
struct pg_command command_bound(struct arena *arena, struct sql_bound bound);

struct pg_param param_text(struct str text);
struct pg_param param_value(struct arena *arena, const struct value *value);
struct pg_param param_uuid(struct arena *arena, const struct uuid *uuid);
struct pg_param param_int(struct arena *arena, int64_t value);
struct pg_param param_null(void);
/* "{uuid,uuid}" */
struct pg_param param_uuids(struct arena *arena, const struct uuid *ids, size_t count);

#endif

/* A read with up to four text parameters, whose memory lives until it is answered. For the files of this room. */
#ifndef PORTTI_DISPATCHER_CONSUME_QUERY_H
#define PORTTI_DISPATCHER_CONSUME_QUERY_H

#include "common/base/strbuf.h"
#include "common/pg/pg.h"
#include "common/text/uuid.h"

enum { QUERY_PARAMS_MAX_COUNT = 4 };

struct query {
    struct pg_job job;
    struct pg_command command;
    struct pg_param params[QUERY_PARAMS_MAX_COUNT];
    struct strbuf texts[QUERY_PARAMS_MAX_COUNT];
    bool running;
};

/* Fill query->texts first. `on_done` gets `context`. */
void query_run(struct query *query, struct pg_pool *pool, const struct pg_statement *statement,
               void (*on_done)(void *context, struct pg_result *const *results, const struct pg_failure *failure),
               void *context);
void query_release(struct query *query);

/* Elements of an array literal: "{" first, then elements, then "}". */
void array_open(struct strbuf *out);
void array_put_int(struct strbuf *out, int64_t value);
void array_put_time(struct strbuf *out, int64_t us);
void array_close(struct strbuf *out);

#endif

#include "dispatcher/consume/query.h"
#include "common/text/timestamp.h"
#include <assert.h>

void query_run(struct query *query, struct pg_pool *pool, const struct pg_statement *statement,
               void (*on_done)(void *context, struct pg_result *const *results, const struct pg_failure *failure),
               void *context)
{
    assert(statement->param_count <= QUERY_PARAMS_MAX_COUNT);
    for (size_t i = 0; i < statement->param_count; i++) {
        struct str text = strbuf_str(&query->texts[i]);
        query->params[i] = (struct pg_param){text.ptr == NULL ? STR("") : text, false};
    }
    query->command = (struct pg_command){statement, query->params};
    query->job = (struct pg_job){
        .kind = PG_READ, .commands = &query->command, .command_count = 1, .on_done = on_done, .context = context};
    query->running = true;
    pg_submit(pool, &query->job);
}

void query_release(struct query *query)
{
    for (size_t i = 0; i < QUERY_PARAMS_MAX_COUNT; i++) {
        strbuf_release(&query->texts[i]);
    }
}

void array_open(struct strbuf *out)
{
    strbuf_clear(out);
    strbuf_put_char(out, '{');
}

static void separate(struct strbuf *out)
{
    if (out->len > 1) {
        strbuf_put_char(out, ',');
    }
}

void array_put_int(struct strbuf *out, int64_t value)
{
    separate(out);
    strbuf_put_int(out, value);
}

void array_put_time(struct strbuf *out, int64_t us)
{
    separate(out);
    timestamp_put_exact(out, us);
}

void array_close(struct strbuf *out)
{
    strbuf_put_char(out, '}');
}

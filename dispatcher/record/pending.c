#include "dispatcher/record/pending.h"

static void run(struct pending_read *read, struct pg_pool *pool, const struct pg_statement *statement,
                void (*on_done)(void *context, struct pg_result *const *results, const struct pg_failure *failure),
                void *context)
{
    for (size_t i = 0; i < statement->param_count; i++) {
        read->params[i] = (struct pg_param){strbuf_str(&read->texts[i]), false};
    }
    read->command = (struct pg_command){statement, read->params};
    read->job = (struct pg_job){
        .kind = PG_READ, .commands = &read->command, .command_count = 1, .on_done = on_done, .context = context};
    pg_submit(pool, &read->job);
}

void pending_read_start(struct pending_read *read, struct pg_pool *pool, const struct pending_row *after,
                        void (*on_done)(void *context, struct pg_result *const *results,
                                        const struct pg_failure *failure),
                        void *context)
{
    uuid_put(&read->texts[0], &after->webhook_id);
    uuid_put(&read->texts[1], &after->record_id);
    strbuf_put_int(&read->texts[2], after->seq);
    run(read, pool, &pending_piece_statement, on_done, context);
}

void pending_read_retries(struct pending_read *read, struct pg_pool *pool, int64_t block,
                          void (*on_done)(void *context, struct pg_result *const *results,
                                          const struct pg_failure *failure),
                          void *context)
{
    strbuf_put_int(&read->texts[0], block);
    run(read, pool, &pending_retries_statement, on_done, context);
}

void pending_read_release(struct pending_read *read)
{
    for (size_t i = 0; i < ARRAY_LEN(read->texts); i++) {
        strbuf_release(&read->texts[i]);
    }
}

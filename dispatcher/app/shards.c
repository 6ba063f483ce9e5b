#include "dispatcher/app/shards.h"
#include "common/base/alloc.h"
#include "common/base/strbuf.h"
#include "common/observe/log.h"
#include <stdlib.h>

enum { CLAIM_PARAMS = 2 };

struct shards {
    struct engine *engines[SHARDS_MAX];
    size_t count;
    size_t drained;
    loop_callback on_drained;
    void *drained_context;

    struct pg_pool *pool;
    const char *owner;
    int64_t lease_us;
    struct loop_timer claim_timer;
    struct pg_job job;
    struct pg_command command;
    struct pg_param params[CLAIM_PARAMS];
    struct strbuf lease_text;
    bool claiming;
    bool freed; /* while that was under way */
};

/* One shard of a dispatcher that owns at least two more than we do. A claim that nobody follows ends by itself. */
static const uint32_t claim_types[] = {PG_TEXT, PG_INT8};
static const struct pg_statement claim_statement = {
    STR_INIT(
        "with owned as (select owner, count(*) as shards from core.cursor where lease_until > now() group by owner)"
        " update core.cursor set claimed_until = now() + $2 * interval '1 microsecond' where shard = ("
        "select shard from core.cursor join owned using (owner) where claimed_until < now()"
        " and owned.shards >= 2 + coalesce((select shards from owned where owner = $1), 0)"
        " order by owned.shards desc, shard limit 1)"),
    claim_types, ARRAY_LEN(claim_types), false};

static void shards_destroy(struct shards *shards)
{
    loop_timer_release(&shards->claim_timer);
    strbuf_release(&shards->lease_text);
    free(shards);
}

static void on_claim_done(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct shards *shards = context;
    (void)results;
    (void)failure; /* asked again soon */
    shards->claiming = false;
    if (shards->freed) {
        shards_destroy(shards);
    }
}

static void on_claim_time(void *context)
{
    struct shards *shards = context;
    loop_timer_start(&shards->claim_timer, shards->lease_us / 2);
    if (shards->claiming || shards->drained > 0 || shards->on_drained != NULL) {
        return;
    }
    shards->params[0] = (struct pg_param){str_from(shards->owner), false};
    shards->params[1] = (struct pg_param){strbuf_str(&shards->lease_text), false};
    shards->command = (struct pg_command){&claim_statement, shards->params};
    shards->job = (struct pg_job){.kind = PG_WRITE,
                                  .commands = &shards->command,
                                  .command_count = 1,
                                  .on_done = on_claim_done,
                                  .context = shards};
    shards->claiming = true;
    pg_submit(shards->pool, &shards->job);
}

static size_t part(size_t whole, size_t count)
{
    return (whole + count - 1) / count;
}

struct shards *shards_new(struct loop *loop, size_t count, const struct engine_options *options)
{
    struct shards *shards = xcalloc(1, sizeof(*shards));
    struct engine_options each = *options;
    each.max_in_flight = part(options->max_in_flight, count);
    each.max_connections = part(options->max_connections, count);
    /* The same number as of the whole. */
    each.webhook_share_percent =
        options->webhook_share_percent * count > 100 ? 100 : options->webhook_share_percent * count;
    shards->count = count;
    shards->pool = options->write_pool;
    shards->owner = options->owner;
    shards->lease_us = options->lease_us;
    strbuf_put_int(&shards->lease_text, options->lease_us);
    for (size_t i = 0; i < count; i++) {
        each.shard = (struct shard){(int64_t)i, (int64_t)count};
        shards->engines[i] = engine_new(loop, &each);
    }
    loop_timer_init(&shards->claim_timer, loop, on_claim_time, shards);
    if (count > 1) {
        loop_timer_start(&shards->claim_timer, options->lease_us);
    }
    return shards;
}

void shards_abandon(struct shards *shards)
{
    loop_timer_stop(&shards->claim_timer);
    for (size_t i = 0; i < shards->count; i++) {
        engine_abandon(shards->engines[i]);
    }
}

void shards_free(struct shards *shards)
{
    for (size_t i = 0; i < shards->count; i++) {
        engine_free(shards->engines[i]);
    }
    if (shards->claiming) {
        shards->freed = true;
    } else {
        shards_destroy(shards);
    }
}

void shards_wake(struct shards *shards)
{
    for (size_t i = 0; i < shards->count; i++) {
        engine_wake(shards->engines[i]);
    }
}

static void on_engine_drained(void *context)
{
    struct shards *shards = context;
    if (++shards->drained == shards->count) {
        shards->on_drained(shards->drained_context);
    }
}

void shards_drain(struct shards *shards, loop_callback on_drained, void *context)
{
    shards->on_drained = on_drained;
    shards->drained_context = context;
    loop_timer_stop(&shards->claim_timer);
    for (size_t i = 0; i < shards->count; i++) {
        engine_drain(shards->engines[i], on_engine_drained, shards);
    }
}

size_t shards_led(const struct shards *shards)
{
    size_t led = 0;
    for (size_t i = 0; i < shards->count; i++) {
        led += engine_leads(shards->engines[i]) ? 1 : 0;
    }
    return led;
}

void shards_observe(const struct shards *shards)
{
    int64_t gauges[DISPATCHER_METRIC_COUNT] = {0};
    for (size_t i = 0; i < shards->count; i++) {
        engine_observe(shards->engines[i], gauges);
    }
    for (size_t i = METRIC_GAUGE_FIRST; i <= METRIC_GAUGE_LAST; i++) {
        metric_set(&dispatcher_metrics[i], gauges[i]);
    }
    metric_set(&dispatcher_metrics[METRIC_LEADER], gauges[METRIC_SHARDS] > 0 ? 1 : 0);
}

void shards_print_lanes(const struct shards *shards, struct strbuf *out, size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < shards->count; i++) {
        count += engine_lane_count(shards->engines[i]);
    }
    struct lane_view *views = xcalloc(count + 1, sizeof *views);
    size_t at = 0;
    for (size_t i = 0; i < shards->count; i++) {
        engine_view_lanes(shards->engines[i], &views[at]);
        at += engine_lane_count(shards->engines[i]);
    }
    lane_metrics_print(out, views, count, most);
    free(views);
}

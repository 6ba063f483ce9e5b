#include "dispatcher/record/recorder.h"
#include "common/base/alloc.h"
#include "common/observe/log.h"
#include <assert.h>
#include <stdlib.h>

enum state { IDLE, WAITING, LEADING, RELEASING };

static const int64_t retry_first_us = 100000;
static const int64_t retry_most_us = 2000000;

/* Owner or epoch, the lease's length, the shard and how many there are. */
enum { LEASE_PARAMS = 4 };

struct recorder {
    struct loop *loop;
    struct pg_pool *pool;
    struct recorder_options options;
    enum state state;
    int64_t epoch;
    int64_t valid_until_us; /* loop time; counted from before the statement was sent */
    int64_t sent_us;

    /* The lease's own job: take, renew or release. */
    struct pg_job lease_job;
    struct pg_command lease_command;
    struct pg_param lease_params[LEASE_PARAMS];
    struct strbuf lease_texts[LEASE_PARAMS];
    int64_t lease_sent_us;
    int64_t clock_offset_us; /* the database's time of day, less the monotonic clock */
    bool lease_running;
    struct loop_timer lease_timer;
    loop_callback on_released;
    void *released_context;

    struct group *group;
    struct group_commands commands;
    struct pg_job group_job;
    bool group_running;
    bool again;
    int64_t retry_us;
    struct loop_timer retry_timer;

    struct recorder_stats stats;
};

#define CLOCK "(extract(epoch from clock_timestamp()) * 1000000)::bigint"

static const uint32_t lease_types[] = {PG_TEXT, PG_INT8, PG_INT8, PG_INT8};
static const struct pg_statement take_statement = {
    STR_INIT("with number as (select count(*) as shards from core.cursor),"
             " taken as (update core.cursor set epoch = epoch + 1, owner = $1, claimed_until = '-infinity',"
             " lease_until = now() + $2 * interval '1 microsecond' where shard = $3 and lease_until < now()"
             " and $4 = (select shards from number) returning epoch, snapshot, upper, upper_seq)"
             " select epoch, snapshot::text, upper::text, upper_seq, shards, " CLOCK
             " from number left join taken on true"),
    lease_types, ARRAY_LEN(lease_types), false};
static const uint32_t epoch_types[] = {PG_INT8, PG_INT8, PG_INT8, PG_INT8};
static const struct pg_statement renew_statement = {
    STR_INIT("update core.cursor set lease_until = now() + $2 * interval '1 microsecond'"
             " where shard = $3 and epoch = $1 and $4::bigint is not null returning claimed_until > now(), " CLOCK),
    epoch_types, ARRAY_LEN(epoch_types), false};
static const struct pg_statement release_statement = {
    STR_INIT("update core.cursor set lease_until = '-infinity', owner = '' where shard = $3 and epoch = $1"
             " and $2::bigint is not null and $4::bigint is not null returning epoch"),
    epoch_types, ARRAY_LEN(epoch_types), false};

/* The lease. */

static void run_lease(struct recorder *recorder, const struct pg_statement *statement, const char *owner,
                      void (*on_done)(void *, struct pg_result *const *, const struct pg_failure *))
{
    for (size_t i = 0; i < LEASE_PARAMS; i++) {
        strbuf_clear(&recorder->lease_texts[i]);
    }
    if (owner != NULL) {
        strbuf_puts(&recorder->lease_texts[0], owner);
    } else {
        strbuf_put_int(&recorder->lease_texts[0], recorder->epoch);
    }
    strbuf_put_int(&recorder->lease_texts[1], recorder->options.lease_us);
    strbuf_put_int(&recorder->lease_texts[2], recorder->options.shard.number);
    strbuf_put_int(&recorder->lease_texts[3], recorder->options.shard.count);
    for (size_t i = 0; i < ARRAY_LEN(recorder->lease_params); i++) {
        recorder->lease_params[i] = (struct pg_param){strbuf_str(&recorder->lease_texts[i]), false};
    }
    recorder->lease_command = (struct pg_command){statement, recorder->lease_params};
    recorder->lease_job = (struct pg_job){.kind = PG_WRITE,
                                          .commands = &recorder->lease_command,
                                          .command_count = 1,
                                          .on_done = on_done,
                                          .context = recorder};
    recorder->lease_running = true;
    recorder->lease_sent_us = clock_mono_us();
    pg_submit(recorder->pool, &recorder->lease_job);
}

static void lose(struct recorder *recorder)
{
    if (recorder->state != LEADING) {
        return;
    }
    log_begin(LOG_LEVEL_WARN, "lease_lost");
    log_int("shard", recorder->options.shard.number);
    log_str("message", STR("another dispatcher has taken over"));
    log_end();
    recorder->state = WAITING;
    loop_timer_stop(&recorder->retry_timer);
    if (!recorder->group_running) {
        group_free(recorder->group);
        recorder->group = NULL;
    }
    loop_timer_start(&recorder->lease_timer, recorder->options.lease_us / 3);
    recorder->options.on_lost(recorder->options.context);
}

/* The answer was made between the two times; what takes long says little. */
static void take_clock(struct recorder *recorder, const struct pg_result *result, size_t column, bool first)
{
    enum { GOOD_US = 500000 };
    struct str value;
    int64_t now_us = clock_mono_us();
    int64_t way_us = now_us - recorder->lease_sent_us;
    if (pg_value(result, 0, column, &value) && (first || way_us < GOOD_US)) {
        recorder->clock_offset_us = pg_get_int8(value) - (now_us - way_us / 2);
    }
}

int64_t recorder_now_us(const struct recorder *recorder)
{
    return clock_mono_us() + recorder->clock_offset_us;
}

static bool fits(const struct recorder *recorder, const struct pg_result *result)
{
    struct str shards;
    return pg_value(result, 0, 4, &shards) && pg_get_int8(shards) == recorder->options.shard.count;
}

static void on_take(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct recorder *recorder = context;
    struct str value;
    recorder->lease_running = false;
    loop_timer_start(&recorder->lease_timer, recorder->options.lease_us / 3);
    if (failure == NULL && !fits(recorder, results[0])) {
        recorder->options.on_misfit(recorder->options.context);
        return;
    }
    /* A group of the lost lease may still be on its way: its memory is needed until it is answered. */
    if (failure != NULL || !pg_value(results[0], 0, 0, &value) || recorder->state != WAITING ||
        recorder->group_running) {
        return;
    }
    struct taken taken = {0};
    taken.epoch = pg_value(results[0], 0, 0, &value) ? pg_get_int8(value) : 0;
    (void)pg_value(results[0], 0, 1, &taken.snapshot);
    (void)pg_value(results[0], 0, 2, &taken.upper);
    taken.upper_seq = pg_value(results[0], 0, 3, &value) ? pg_get_int8(value) : 0;
    take_clock(recorder, results[0], 5, true);
    recorder->state = LEADING;
    recorder->epoch = taken.epoch;
    recorder->valid_until_us = recorder->lease_sent_us + recorder->options.lease_us;
    recorder->stats.takeovers++;
    log_begin(LOG_LEVEL_INFO, "lease_taken");
    log_int("shard", recorder->options.shard.number);
    log_int("epoch", taken.epoch);
    log_end();
    recorder->options.on_taken(recorder->options.context, &taken);
}

static void on_renewed(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct recorder *recorder = context;
    recorder->lease_running = false;
    if (recorder->state != LEADING) {
        return;
    }
    loop_timer_start(&recorder->lease_timer, recorder->options.lease_us / 3);
    if (failure == NULL && pg_rows(results[0]) == 0) {
        lose(recorder);
    } else if (failure == NULL) {
        struct str claimed;
        recorder->valid_until_us = recorder->lease_sent_us + recorder->options.lease_us;
        take_clock(recorder, results[0], 1, false);
        if (pg_value(results[0], 0, 0, &claimed) && pg_get_bool(claimed)) {
            recorder->options.on_claimed(recorder->options.context);
        }
    }
}

static void drop_group(struct recorder *recorder)
{
    group_free(recorder->group);
    recorder->group = NULL;
}

static void released(struct recorder *recorder)
{
    recorder->state = IDLE;
    loop_timer_stop(&recorder->retry_timer);
    if (!recorder->group_running) {
        drop_group(recorder); /* of an epoch that is over; when it is under way it goes with its answer */
    }
    recorder->on_released(recorder->released_context);
}

static void on_given_back(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct recorder *recorder = context;
    (void)results;
    (void)failure; /* it runs out by itself */
    recorder->lease_running = false;
    released(recorder);
}

static void on_lease_timer(void *context)
{
    struct recorder *recorder = context;
    if (recorder->lease_running) {
        loop_timer_start(&recorder->lease_timer, recorder->options.lease_us / 3);
    } else if (recorder->state == WAITING) {
        run_lease(recorder, &take_statement, recorder->options.owner, on_take);
    } else if (recorder->state == LEADING) {
        run_lease(recorder, &renew_statement, NULL, on_renewed);
    } else if (recorder->state == RELEASING) {
        run_lease(recorder, &release_statement, NULL, on_given_back);
    }
}

void recorder_start(struct recorder *recorder, int64_t after_us)
{
    assert(recorder->state == IDLE);
    recorder->state = WAITING;
    loop_timer_start(&recorder->lease_timer, after_us);
}

bool recorder_leads(const struct recorder *recorder)
{
    return recorder->state == LEADING && clock_mono_us() < recorder->valid_until_us;
}

void recorder_release_lease(struct recorder *recorder, loop_callback on_done, void *context)
{
    recorder->on_released = on_done;
    recorder->released_context = context;
    if (recorder->state == LEADING) {
        recorder->state = RELEASING;
        loop_timer_start(&recorder->lease_timer, 0);
    } else {
        loop_timer_stop(&recorder->lease_timer);
        released(recorder);
    }
}

/* Groups. */

static void on_group(void *context, struct pg_result *const *results, const struct pg_failure *failure);

static void send_group(void *context)
{
    struct recorder *recorder = context;
    group_prepare(recorder->group, &recorder->options.shard, recorder->epoch, recorder->options.lease_us,
                  recorder->again, &recorder->commands);
    recorder->group_job = (struct pg_job){.kind = PG_WRITE,
                                          .commands = recorder->commands.commands,
                                          .command_count = recorder->commands.count,
                                          .on_done = on_group,
                                          .context = recorder};
    recorder->group_running = true;
    recorder->sent_us = clock_mono_us();
    pg_submit(recorder->pool, &recorder->group_job);
}

static bool is_fenced_off(const struct pg_failure *failure)
{
    return failure->command == 0 && strcmp(failure->sqlstate, "22012") == 0;
}

static void on_group(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct recorder *recorder = context;
    recorder->group_running = false;
    if (recorder->state != LEADING && recorder->state != RELEASING) {
        drop_group(recorder);
        return;
    }
    if (failure == NULL) {
        const struct pg_result *reads[GROUP_READS];
        for (size_t i = 0; i < GROUP_READS; i++) {
            reads[i] = recorder->commands.reads[i] > 0 ? results[recorder->commands.reads[i]] : NULL;
        }
        recorder->valid_until_us = recorder->sent_us + recorder->options.lease_us;
        recorder->stats.groups++;
        recorder->stats.rows += group_rows(recorder->group);
        drop_group(recorder);
        recorder->options.on_written(recorder->options.context, reads);
        return;
    }
    recorder->stats.failures++;
    if (is_fenced_off(failure)) {
        drop_group(recorder);
        lose(recorder);
        return;
    }
    log_line(LOG_LEVEL_WARN, "results_not_written", "%s: tried again", failure->detail);
    recorder->again = recorder->again || failure->outcome_unknown;
    loop_timer_start(&recorder->retry_timer, recorder->retry_us);
    recorder->retry_us = recorder->retry_us * 2 > retry_most_us ? retry_most_us : recorder->retry_us * 2;
}

bool recorder_busy(const struct recorder *recorder)
{
    return recorder->group != NULL;
}

void recorder_write(struct recorder *recorder, struct group *group)
{
    assert(recorder->group == NULL && recorder->state == LEADING);
    recorder->group = group;
    recorder->again = false;
    recorder->retry_us = retry_first_us;
    send_group(recorder);
}

struct recorder *recorder_new(struct loop *loop, struct pg_pool *pool, const struct recorder_options *options)
{
    struct recorder *recorder = xcalloc(1, sizeof(*recorder));
    recorder->loop = loop;
    recorder->pool = pool;
    recorder->options = *options;
    recorder->clock_offset_us = clock_wall_us() - clock_mono_us(); /* until the database has told */
    loop_timer_init(&recorder->lease_timer, loop, on_lease_timer, recorder);
    loop_timer_init(&recorder->retry_timer, loop, send_group, recorder);
    return recorder;
}

void recorder_free(struct recorder *recorder)
{
    if (recorder == NULL) {
        return;
    }
    loop_timer_release(&recorder->lease_timer);
    loop_timer_release(&recorder->retry_timer);
    for (size_t i = 0; i < LEASE_PARAMS; i++) {
        strbuf_release(&recorder->lease_texts[i]);
    }
    group_free(recorder->group);
    free(recorder);
}

void recorder_stats(const struct recorder *recorder, struct recorder_stats *out)
{
    *out = recorder->stats;
}

#include "dispatcher/app/app.h"
#include "common/base/map.h"
#include "common/crypto/digest.h"
#include "common/migrate/migrate.h"
#include "common/observe/log.h"
#include "common/pg/pg_sync.h"
#include "common/redis/redis.h"
#include "dispatcher/app/admin.h"
#include "dispatcher/app/dispatcher_metrics.h"
#include "dispatcher/app/shards.h"
#include "dispatcher/schedule/lane.h"
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

struct app {
    const struct dispatcher_settings *settings;
    int64_t max_in_flight; /* as the settings say, or as the limit of open files allows */
    int64_t max_connections;
    struct loop *loop;
    struct pg_pool *read_pool;
    struct pg_pool *write_pool;
    struct redis_doorbell *doorbell;
    size_t shard_count;
    struct shards *shards;
    bool misfit;
    struct admin *admin;
    struct loop_timer flush_log;
    char owner[128];
    bool stopping;
};

/* The log is written at least so often. */
enum { LOG_FLUSH_US = 100000 };

static void on_flush_log(void *context)
{
    struct app *app = context;
    log_flush();
    loop_timer_start(&app->flush_log, LOG_FLUSH_US);
}

static void on_entries(void *context, size_t count)
{
    struct app *app = context;
    (void)count;
    if (app->shards != NULL) {
        shards_wake(app->shards);
    }
}

static void on_drained(void *context)
{
    struct app *app = context;
    loop_stop(app->loop);
}

static void on_stop_signal(void *context)
{
    struct app *app = context;
    if (app->stopping) {
        return;
    }
    app->stopping = true;
    log_line(LOG_LEVEL_INFO, "draining", "finishing what is under way");
    shards_drain(app->shards, on_drained, app);
}

/* Nothing of ours fits any more. Whoever starts programs starts us again. */
static void on_misfit(void *context)
{
    struct app *app = context;
    if (!app->misfit) {
        app->misfit = true;
        log_line(LOG_LEVEL_WARN, "shards_changed", "the number of shards has changed: ending, to be started again");
        on_stop_signal(app);
    }
}

static void observe(void *context)
{
    const struct app *app = context;
    bool doorbell = app->doorbell != NULL && redis_doorbell_connected(app->doorbell);
    metric_set(&dispatcher_metrics[METRIC_DOORBELL], doorbell ? 1 : 0);
    metric_set(&dispatcher_metrics[METRIC_DATABASE], pg_pool_ready(app->read_pool) ? 1 : 0);
    shards_observe(app->shards);
}

static void print_lanes(void *context, struct strbuf *out)
{
    const struct app *app = context;
    shards_print_lanes(app->shards, out, (size_t)app->settings->webhook_metrics);
}

static const char *not_ready(void *context, const char **role)
{
    const struct app *app = context;
    if (app->stopping) {
        return "draining";
    }
    if (!pg_pool_ready(app->read_pool) || !pg_pool_ready(app->write_pool)) {
        return "database";
    }
    *role = shards_led(app->shards) > 0 ? "leader" : "standby";
    return NULL;
}

/* Every read names its index. Left to plan anew with each new snapshot, PostgreSQL spends more time on that than on the
 * read itself, and now and then believes that a third of the outbox is new and reads all of it. */
#define READ_SETTINGS "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off"

static struct pg_pool *pool_new(struct app *app, const char *name, size_t connections, const char *pg_settings)
{
    const struct pg_pool_options options = {
        .conninfo = app->settings->database_url,
        .name = name,
        .connections = connections,
        .exclusive = true, /* few and large jobs: one must not wait behind another */
        .max_queue = 64,
        .max_in_flight = 1,
        .max_prepared = 64,
        .wait_timeout_us = INT64_C(5) * 1000000,
        .statement_timeout_ms = INT64_C(60) * 1000,
        .settings = pg_settings,
        .watchdog_us = INT64_C(70) * 1000000,
    };
    return pg_pool_new(app->loop, &options);
}

static void shards_start(struct app *app)
{
    const struct dispatcher_settings *settings = app->settings;
    struct engine_options options = {
        .read_pool = app->read_pool,
        .write_pool = app->write_pool,
        .server_secret = str_from(settings->secret_key),
        .owner = app->owner,
        .on_misfit = on_misfit,
        .context = app,
        .egress_proxy = settings->egress_proxy,
        .ca_file = settings->ca_file,
        .connect_timeout_us = settings->connect_timeout_us,
        .delivery_timeout_us = settings->delivery_timeout_us,
        .response_limit = (size_t)settings->response_limit,
        .max_connections = (size_t)app->max_connections,
        .max_in_flight = (size_t)app->max_in_flight,
        .webhook_concurrency = (size_t)settings->webhook_concurrency,
        .probe_interval_us = settings->probe_interval_us,
        .retry_ahead_us = settings->retry_ahead_us,
        .webhook_share_percent = (size_t)settings->webhook_share,
        .lane_queue = (size_t)settings->lane_queue,
        .read_batch = (size_t)settings->read_batch,
        .disable_after_us = settings->disable_after_us,
        .payload_limit = (size_t)settings->payload_limit,
        .poll_interval_us = settings->poll_interval_us,
        .lease_us = settings->lease_time_us,
        .drain_timeout_us = settings->drain_timeout_us,
    };
    dispatcher_schedule(settings, &options.schedule);
    dispatcher_rate(settings, &options.rate);
    dispatcher_egress(settings, &options.egress);
    app->shards = shards_new(app->loop, app->shard_count, &options);
}

static bool doorbell_start(struct app *app, struct err *err)
{
    const char *url = app->settings->redis_url;
    if (url == NULL || url[0] == '\0') {
        return true;
    }
    app->doorbell = redis_doorbell_new(app->loop, url, str_from(app->settings->event_stream), on_entries, app, err);
    return app->doorbell != NULL;
}

static bool admin_start(struct app *app, struct err *err)
{
    const struct admin_options options = {
        .bind_address = app->settings->admin_bind,
        .port = (uint16_t)app->settings->admin_port,
        .observe = observe,
        .print = print_lanes,
        .not_ready = not_ready,
        .context = app,
    };
    app->admin = admin_new(app->loop, &options, err);
    if (app->admin == NULL) {
        return false;
    }
    log_begin(LOG_LEVEL_INFO, "started");
    log_str("version", STR(PORTTI_VERSION));
    log_int("admin_port", admin_port(app->admin));
    log_int("pid", getpid());
    log_end();
    log_flush();
    return true;
}

static bool count_shards(struct pg_sync *connection, size_t *out, struct err *err)
{
    struct pg_sync_result *result = pg_sync_query(connection, "select count(*) from core.cursor", NULL, 0, err);
    int64_t count = 0;
    if (result == NULL) {
        return false;
    }
    bool ok = str_to_int64(pg_sync_value(result, 0, 0), 1, SHARDS_MAX, &count);
    pg_sync_result_free(result);
    *out = (size_t)count;
    return ok || err_fail(err, ERR_INTERNAL, 0, "the number of shards in the database is out of range");
}

/* Blocks until the database is there and its schema is ours. Signals still end the program meanwhile. */
static bool wait_for_database(const struct dispatcher_settings *settings, size_t *shard_count, struct err *err)
{
    enum { TRY_MS = 2000 };
    const char *folder = settings->schema_dir;
    for (bool told = false;; told = true) {
        struct pg_sync *connection = pg_sync_open(settings->database_url, TRY_MS, err);
        if (connection != NULL) {
            bool ok = (folder == NULL || folder[0] == '\0' || migrate_check(connection, folder, err)) &&
                      count_shards(connection, shard_count, err);
            pg_sync_close(connection);
            if (ok || err->code != ERR_UNAVAILABLE) {
                return ok;
            }
            sleep(1);
        }
        if (!told) {
            log_line(LOG_LEVEL_WARN, "waiting_for_database", "%s", err->text);
            log_flush();
        }
    }
}

static void ignore_sigpipe(void)
{
    struct sigaction action = {.sa_handler = SIG_IGN};
    sigemptyset(&action.sa_mask);
    sigaction(SIGPIPE, &action, NULL);
}

static int64_t open_files_most(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
        return INT64_MAX;
    }
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
        (void)getrlimit(RLIMIT_NOFILE, &limit);
    }
    return (int64_t)limit.rlim_cur;
}

/* Each connection to a receiver is a file, kept ones too. With none left, an attempt would fail and be counted against
 * a receiver that knows nothing of it. */
static void fit_open_files(struct app *app)
{
    enum { OTHERS = 128 };
    int64_t files = open_files_most();
    int64_t others = files / 4 < OTHERS ? files / 4 : OTHERS;
    int64_t each = 1 + LANES_SLOW_FACTOR;
    app->max_in_flight = app->settings->max_in_flight;
    app->max_connections = app->settings->max_connections;
    int64_t wanted = each * app->max_in_flight + app->max_connections + OTHERS;
    if (wanted <= files) {
        return;
    }
    app->max_connections = app->max_connections < files / 2 ? app->max_connections : files / 2;
    int64_t room = (files - app->max_connections - others) / each;
    app->max_in_flight = room < 1 ? 1 : room < app->max_in_flight ? room : app->max_in_flight;
    log_begin(LOG_LEVEL_WARN, "few_open_files");
    log_str("message", STR("the limit of open files (ulimit -n) is too low for max_in_flight and max_connections"));
    log_int("limit", files);
    log_int("wanted", wanted);
    log_int("max_in_flight", app->max_in_flight);
    log_int("max_connections", app->max_connections);
    log_end();
}

static void app_release(struct app *app)
{
    admin_free(app->admin);
    redis_doorbell_free(app->doorbell);
    shards_abandon(app->shards);
    pg_pool_free(app->write_pool);
    pg_pool_free(app->read_pool);
    shards_free(app->shards);
    loop_timer_release(&app->flush_log);
    loop_free(app->loop);
}

bool app_set_shards(const struct dispatcher_settings *settings, int64_t count, struct err *err)
{
    enum { TRY_MS = 10000 };
    struct strbuf text = {0};
    struct pg_sync *connection = pg_sync_open(settings->database_url, TRY_MS, err);
    if (connection == NULL) {
        return false;
    }
    strbuf_put_int(&text, count);
    struct str param = strbuf_str(&text);
    struct pg_sync_result *result = pg_sync_query(connection, "select core.set_shards($1::integer)", &param, 1, err);
    bool ok = result != NULL;
    if (ok) {
        pg_sync_result_free(result);
    }
    pg_sync_close(connection);
    strbuf_release(&text);
    return ok;
}

bool app_run(const struct dispatcher_settings *settings, struct err *err)
{
    struct app app = {.settings = settings};
    char host[64] = "";
    uint64_t seed;
    ignore_sigpipe();
    fit_open_files(&app);
    random_bytes(&seed, sizeof(seed));
    map_seed(seed);
    dispatcher_metrics_register();
    if (!wait_for_database(settings, &app.shard_count, err)) {
        return false;
    }
    (void)gethostname(host, sizeof(host) - 1);
    (void)snprintf(app.owner, sizeof(app.owner), "%s/%d", host, (int)getpid());
    app.loop = loop_new();
    app.read_pool = pool_new(&app, "portti-dispatcher-read", 2, READ_SETTINGS);
    app.write_pool = pool_new(&app, "portti-dispatcher-write", 2, NULL);
    loop_timer_init(&app.flush_log, app.loop, on_flush_log, &app);
    shards_start(&app);
    bool ok = doorbell_start(&app, err) && admin_start(&app, err);
    if (ok) {
        loop_on_signal(app.loop, SIGTERM, on_stop_signal, &app);
        loop_on_signal(app.loop, SIGINT, on_stop_signal, &app);
        on_flush_log(&app);
        loop_run(app.loop);
        log_line(LOG_LEVEL_INFO, "stopped", "drained");
        log_flush();
    }
    app_release(&app);
    return ok;
}

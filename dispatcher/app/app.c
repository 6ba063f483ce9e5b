#include "dispatcher/app/app.h"
#include "common/base/map.h"
#include "common/crypto/digest.h"
#include "common/migrate/migrate.h"
#include "common/observe/log.h"
#include "common/pg/pg_sync.h"
#include "common/redis/redis.h"
#include "dispatcher/app/admin.h"
#include "dispatcher/app/dispatcher_metrics.h"
#include "dispatcher/app/engine.h"
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

struct app {
    const struct dispatcher_settings *settings;
    struct loop *loop;
    struct pg_pool *read_pool;
    struct pg_pool *write_pool;
    struct redis_doorbell *doorbell;
    struct engine *engine;
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
    if (app->engine != NULL) {
        engine_wake(app->engine);
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
    engine_drain(app->engine, on_drained, app);
}

static void observe(void *context)
{
    const struct app *app = context;
    bool doorbell = app->doorbell != NULL && redis_doorbell_connected(app->doorbell);
    metric_set(&dispatcher_metrics[METRIC_DOORBELL], doorbell ? 1 : 0);
    metric_set(&dispatcher_metrics[METRIC_DATABASE], pg_pool_ready(app->read_pool) ? 1 : 0);
    engine_observe(app->engine);
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
    *role = engine_leads(app->engine) ? "leader" : "standby";
    return NULL;
}

static struct pg_pool *pool_new(struct app *app, const char *name, size_t connections)
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
        .watchdog_us = INT64_C(70) * 1000000,
    };
    return pg_pool_new(app->loop, &options);
}

static void engine_start(struct app *app)
{
    const struct dispatcher_settings *settings = app->settings;
    struct engine_options options = {
        .read_pool = app->read_pool,
        .write_pool = app->write_pool,
        .server_secret = str_from(settings->secret_key),
        .owner = app->owner,
        .connect_timeout_us = settings->connect_timeout_us,
        .delivery_timeout_us = settings->delivery_timeout_us,
        .response_limit = (size_t)settings->response_limit,
        .max_connections = (size_t)settings->max_connections,
        .max_in_flight = (size_t)settings->max_in_flight,
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
    app->engine = engine_new(app->loop, &options);
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

/* Blocks until the database is there and its schema is ours. Signals still end the program meanwhile. */
static bool wait_for_database(const struct dispatcher_settings *settings, struct err *err)
{
    enum { TRY_MS = 2000 };
    const char *folder = settings->schema_dir;
    for (bool told = false;; told = true) {
        struct pg_sync *connection = pg_sync_open(settings->database_url, TRY_MS, err);
        if (connection != NULL) {
            bool ok = folder == NULL || folder[0] == '\0' || migrate_check(connection, folder, err);
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

/* A connection to each of many receivers, and each is a file. */
static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void app_release(struct app *app)
{
    admin_free(app->admin);
    redis_doorbell_free(app->doorbell);
    engine_abandon(app->engine);
    pg_pool_free(app->write_pool);
    pg_pool_free(app->read_pool);
    engine_free(app->engine);
    loop_timer_release(&app->flush_log);
    loop_free(app->loop);
}

bool app_run(const struct dispatcher_settings *settings, struct err *err)
{
    struct app app = {.settings = settings};
    char host[64] = "";
    uint64_t seed;
    ignore_sigpipe();
    raise_file_limit();
    random_bytes(&seed, sizeof(seed));
    map_seed(seed);
    dispatcher_metrics_register();
    if (!wait_for_database(settings, err)) {
        return false;
    }
    (void)gethostname(host, sizeof(host) - 1);
    (void)snprintf(app.owner, sizeof(app.owner), "%s/%d", host, (int)getpid());
    app.loop = loop_new();
    app.read_pool = pool_new(&app, "portti-dispatcher-read", 2);
    app.write_pool = pool_new(&app, "portti-dispatcher-write", 2);
    loop_timer_init(&app.flush_log, app.loop, on_flush_log, &app);
    engine_start(&app);
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

/* The main thread of `gateway serve`: signals, the control room, the admin port, and the workers' life. */
#include "common/base/alloc.h"
#include "common/base/map.h"
#include "common/http/http_server.h"
#include "common/observe/log.h"
#include "gateway/app/admin.h"
#include "gateway/app/app.h"
#include "gateway/app/worker.h"
#include "gateway/control/control.h"
#include "gateway/remodel/remodel.h"
#include "gateway/request/graphql_persisted.h"
#include "gateway/request/graphql_schema.h"
#include "gateway/schema/core_schema.h"
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    POLL_US = 500000,
    FOLD_US = 250000,
    RATE_KEYS_MAX = 100000,
    GROUPS_MAX = 1000,
    TRIM_US = 2000000,
    TRIM_OVER_BYTES = 4 * 1024 * 1024,
    TRIM_KEEP_BYTES = 256 * 1024
};

struct server {
    struct loop *loop;
    struct gateway_settings *settings;
    const struct settings_source *source;
    struct request_settings request_settings;
    struct control *control;
    struct admin *admin;
    struct worker **workers;
    size_t worker_count;
    size_t drained;
    bool draining;
    struct loop_timer drain_timer;
    struct loop_timer trim_timer;
};

static void on_catalogue(void *context, struct catalogue *catalogue)
{
    struct server *server = context;
    struct schema_set *schemas = schema_set_new(catalogue);
    for (size_t i = 0; i < server->worker_count; i++) {
        worker_post_catalogue(server->workers[i], catalogue, schemas);
    }
    schema_set_unref(schemas);
}

static void on_keyring(void *context, struct keyring *keyring)
{
    struct server *server = context;
    for (size_t i = 0; i < server->worker_count; i++) {
        worker_post_keyring(server->workers[i], keyring);
    }
}

/* ---- changes of the model ---- */

/* A catalogue on its way to all workers. */
struct publication {
    struct server *server;
    size_t waiting; /* workers that have not said that they have it */
    loop_callback done;
    void *context;
};

static void on_worker_has_it(void *context)
{
    struct publication *publication = context;
    if (--publication->waiting == 0) {
        publication->done(publication->context);
        free(publication);
    }
}

/* On a worker's thread, behind the catalogue. */
static void worker_has_it(void *context)
{
    struct publication *publication = context;
    loop_post(publication->server->loop, on_worker_has_it, publication);
}

static void publish(void *context, struct catalogue *catalogue, loop_callback done, void *done_context)
{
    struct server *server = context;
    struct publication *publication = xmalloc(sizeof *publication);
    *publication = (struct publication){server, server->worker_count, done, done_context};
    control_adopt(server->control, catalogue);
    for (size_t i = 0; i < server->worker_count; i++) {
        worker_post(server->workers[i], worker_has_it, publication);
    }
}

static struct catalogue *current_catalogue(void *context)
{
    const struct server *server = context;
    return control_catalogue(server->control);
}

static void refresh(void *context)
{
    const struct server *server = context;
    control_refresh(server->control);
}

static void start_remodel(struct server *server)
{
    struct remodel_options options = {.conninfo = server->settings->database_url,
                                      .max_queue = (size_t)server->settings->max_queue,
                                      .current = current_catalogue,
                                      .loses = core_schema_loses,
                                      .refresh = refresh,
                                      .publish = publish,
                                      .context = server};
    server->request_settings.remodel = remodel_new(server->loop, &options);
}

static void on_worker_drained(void *context)
{
    struct server *server = context;
    if (++server->drained == server->worker_count) {
        loop_stop(server->loop);
    }
}

/* From a worker's thread. */
static void post_drained(void *context)
{
    struct server *server = context;
    loop_post(server->loop, on_worker_drained, server);
}

static void on_drain_timeout(void *context)
{
    struct server *server = context;
    log_line(LOG_LEVEL_WARN, "drain_timeout", "requests were still in work after drain_timeout");
    loop_stop(server->loop);
}

static void on_terminate(void *context)
{
    struct server *server = context;
    if (server->draining) {
        return;
    }
    server->draining = true;
    log_line(LOG_LEVEL_INFO, "draining", "no new connections; requests in work are finished");
    log_flush();
    loop_timer_start(&server->drain_timer, server->settings->drain_timeout_us);
    for (size_t i = 0; i < server->worker_count; i++) {
        worker_drain(server->workers[i]);
    }
}

static void needs_restart(const struct setting *setting, void *context)
{
    (void)context;
    log_line(LOG_LEVEL_WARN, "reload_needs_restart", "%s changed, and takes effect at the next start", setting->name);
}

static void on_reload(void *context)
{
    struct server *server = context;
    struct err err;
    if (!settings_reload(gateway_setting_table, gateway_setting_count, server->source, server->settings, needs_restart,
                         NULL, &err)) {
        log_line(LOG_LEVEL_ERROR, "reload_refused", "%s", err.text);
        return;
    }
    log_init("gateway", (enum log_level)server->settings->log_level, server->settings->access_log);
    log_line(LOG_LEVEL_INFO, "reloaded", "reloadable settings were read again");
    log_flush();
}

/* The C library keeps what a burst of large requests has used, in each thread's own heap; give it back. */
static void on_trim(void *context)
{
    struct server *server = context;
    struct mallinfo2 info = mallinfo2();
    if (info.fordblks > TRIM_OVER_BYTES) {
        malloc_trim(TRIM_KEEP_BYTES);
    }
    loop_timer_start(&server->trim_timer, TRIM_US);
}

static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static void ignore_broken_pipes(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL);
}

static void fill_graphql_settings(const struct gateway_settings *settings, struct graphql_settings *out)
{
    out->limits = (struct gql_limits){
        .tokens = (uint32_t)settings->graphql_tokens,
        .depth = (uint32_t)settings->graphql_depth,
        .aliases = (uint32_t)settings->graphql_aliases,
        .root_fields = (uint32_t)settings->graphql_root_fields,
        .fields = (uint32_t)settings->graphql_fields,
        .lenient = true,
    };
    out->resolve = (struct resolve_limits){
        .page_size_default = (size_t)settings->graphql_page_size,
        .page_size_max = (size_t)settings->graphql_page_size_max,
        .relation_limit = (size_t)settings->relation_limit,
        .max_batch = (size_t)settings->max_batch,
        .max_merge = (size_t)settings->max_merge,
        .max_groups = GROUPS_MAX,
        .max_depth = (size_t)settings->graphql_relation_depth,
        .max_complexity = (size_t)settings->graphql_complexity,
    };
    out->introspection = (enum introspection)settings->graphql_introspection;
    out->max_batch = (size_t)settings->graphql_batch;
    out->cache_bytes = (size_t)settings->graphql_cache_bytes;
    out->timeout_us = settings->graphql_timeout_us;
    out->persisted = persisted_store_new((size_t)settings->graphql_persisted_bytes);
}

static void fill_request_settings(struct server *server)
{
    const struct gateway_settings *settings = server->settings;
    struct request_settings *out = &server->request_settings;
    struct rate_limit limit = {0};
    out->limits = (struct rest_limits){
        .page_size_default =
            (size_t)(settings->page_size < settings->page_size_max ? settings->page_size : settings->page_size_max),
        .page_size_max = (size_t)settings->page_size_max,
        .max_batch = (size_t)settings->max_batch,
        .max_merge = (size_t)settings->max_merge,
        .max_depth = (size_t)settings->max_depth,
        .relation_limit = (size_t)settings->relation_limit,
        .max_json_depth = (size_t)settings->max_json_depth,
        .max_json_nodes = (size_t)settings->max_json_values,
    };
    fill_graphql_settings(settings, &out->graphql);
    out->max_answer = (size_t)settings->max_answer_bytes;
    out->compression = settings->compression;
    out->bare_metadata = settings->metadata_bare;
    out->compress_min = (size_t)settings->compress_min_bytes;
    out->cors_origin = settings->cors_origin;
    derive_key(str_from(settings->secret_key), STR("webhook-secret"), out->webhook_key);
    derive_key(str_from(settings->secret_key), STR("kept-answer"), out->answer_key);
    /* It was checked when the settings were read. */
    out->rate_limited = rate_limit_parse(str_from(settings->rate_limit), &limit, NULL) && limit.count > 0;
    out->rates = rate_table_new(&limit, RATE_KEYS_MAX);
}

static bool start_workers(struct server *server, struct err *err)
{
    const struct gateway_settings *settings = server->settings;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t wanted = settings->workers > 0 ? (size_t)settings->workers : processors > 0 ? (size_t)processors : 1;
    server->workers = xcalloc(wanted, sizeof(struct worker *));
    uint16_t port = (uint16_t)settings->port;
    for (size_t i = 0; i < wanted; i++) {
        struct worker_options options = {.settings = settings,
                                         .request_settings = &server->request_settings,
                                         .index = i,
                                         .worker_count = wanted,
                                         .port = port,
                                         .on_drained = post_drained,
                                         .context = server};
        server->workers[i] = worker_new(&options, err);
        if (server->workers[i] == NULL) {
            return false;
        }
        server->worker_count++;
        port = worker_port(server->workers[i]);
    }
    for (size_t i = 0; i < server->worker_count; i++) {
        worker_start(server->workers[i]);
    }
    log_begin(LOG_LEVEL_INFO, "listening");
    log_str("address", str_from(settings->bind));
    log_int("port", port);
    log_int("workers", (int64_t)server->worker_count);
    log_end();
    log_flush();
    return true;
}

static void start_control(struct server *server)
{
    struct control_options options = {.conninfo = server->settings->database_url,
                                      .poll_us = POLL_US,
                                      .fold_us = FOLD_US,
                                      .retention_us = server->settings->retention_us,
                                      .on_catalogue = on_catalogue,
                                      .on_keyring = on_keyring,
                                      .context = server};
    server->control = control_new(server->loop, &options);
}

static bool start(struct server *server, struct err *err)
{
    fill_request_settings(server);
    start_remodel(server);
    if (!start_workers(server, err)) {
        return false;
    }
    start_control(server);
    server->admin =
        admin_new(server->loop, server->settings, server->control, server->workers, server->worker_count, err);
    return server->admin != NULL;
}

static void stop(struct server *server)
{
    admin_free(server->admin);
    remodel_free(server->request_settings.remodel);
    if (server->control != NULL) {
        control_free(server->control);
    }
    for (size_t i = 0; i < server->worker_count; i++) {
        worker_stop(server->workers[i]);
    }
    free(server->workers);
    rate_table_free(server->request_settings.rates);
    persisted_store_free(server->request_settings.graphql.persisted);
    loop_timer_release(&server->drain_timer);
    loop_timer_release(&server->trim_timer);
    loop_free(server->loop);
}

int app_serve(struct gateway_settings *settings, const struct settings_source *source)
{
    struct server server = {.settings = settings, .source = source};
    struct err err;
    uint64_t seed;
    random_bytes(&seed, sizeof seed);
    map_seed(seed);
    log_init("gateway", (enum log_level)settings->log_level, settings->access_log);
    ignore_broken_pipes();
    raise_file_limit();
    request_register_metrics();
    events_register_metrics();
    server.loop = loop_new();
    loop_timer_init(&server.drain_timer, server.loop, on_drain_timeout, &server);
    loop_timer_init(&server.trim_timer, server.loop, on_trim, &server);
    loop_timer_start(&server.trim_timer, TRIM_US);
    loop_on_signal(server.loop, SIGTERM, on_terminate, &server);
    loop_on_signal(server.loop, SIGINT, on_terminate, &server);
    loop_on_signal(server.loop, SIGHUP, on_reload, &server);
    bool started = start(&server, &err);
    if (started) {
        loop_run(server.loop);
    } else {
        fprintf(stderr, "gateway: %s\n", err.text);
    }
    stop(&server);
    log_flush();
    return started ? 0 : 1;
}

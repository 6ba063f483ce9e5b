/*
 * A small server on common/http for the test beside it. Options are name=value arguments. Prints "port N", then runs
 * until SIGTERM, on which it drains. Routes:
 *   /echo        method, path, query and body as they were understood
 *   /delay/MS    the same, after that many milliseconds
 *   /size/N      N bytes
 *   /status/N    an empty answer with that status
 *   /close       an answer that closes the connection
 *   /split       a header value with a line end in it
 *   /stats       the server's counters and how many exchanges were answered after their client had gone
 */
#include "common/base/alloc.h"
#include "common/http/http_server.h"
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

struct app {
    struct loop *loop;
    struct http_server *server;
    uint64_t gone;
};

struct later {
    struct app *app;
    struct loop_timer timer;
    struct http_exchange *exchange;
};

static const struct str TEXT = STR_INIT("text/plain; charset=utf-8");

static void reply(struct http_exchange *exchange, int status)
{
    struct http_reply answer = {.status = status, .content_type = exchange->body.len > 0 ? TEXT : STR_EMPTY};
    http_reply(exchange, &answer);
}

static void echo(struct http_exchange *exchange)
{
    const struct http_request *request = &exchange->request;
    strbuf_printf(&exchange->body, "%.*s %.*s ? %.*s from %.*s\n", STR_ARG(request->method_text),
                  STR_ARG(request->path), STR_ARG(request->query), STR_ARG(request->peer));
    strbuf_put(&exchange->body, request->body);
    reply(exchange, 200);
}

static void later_on_due(void *context)
{
    struct later *later = context;
    later->app->gone += later->exchange->gone ? 1 : 0;
    echo(later->exchange);
    loop_timer_release(&later->timer);
    free(later);
}

static void answer_later(struct app *app, struct http_exchange *exchange, int64_t delay_ms)
{
    struct later *later = xcalloc(1, sizeof *later);
    later->app = app;
    later->exchange = exchange;
    loop_timer_init(&later->timer, app->loop, later_on_due, later);
    loop_timer_start(&later->timer, delay_ms * 1000);
}

static void answer_size(struct http_exchange *exchange, size_t size)
{
    char *bytes = strbuf_reserve(&exchange->body, size);
    memset(bytes, 'x', size);
    exchange->body.len += size;
    reply(exchange, 200);
}

static void answer_stats(struct app *app, struct http_exchange *exchange)
{
    struct http_server_stats stats;
    http_server_stats(app->server, &stats);
    strbuf_printf(&exchange->body, "open %llu accepted %llu requests %llu refused %llu gone %llu\n",
                  (unsigned long long)stats.connections_open, (unsigned long long)stats.connections_accepted,
                  (unsigned long long)stats.requests, (unsigned long long)stats.refused, (unsigned long long)app->gone);
    reply(exchange, 200);
}

static void answer_split(struct http_exchange *exchange)
{
    struct http_header header = {STR("X-Split"), STR("a\r\nX-Evil: b")};
    struct http_reply answer = {.status = 200, .headers = &header, .header_count = 1};
    http_reply(exchange, &answer);
}

static bool number_behind(struct str path, struct str prefix, int64_t *out)
{
    return str_starts_with(path, prefix) &&
           str_to_int64(str_slice(path, prefix.len, path.len), 0, INT64_C(1) << 30, out);
}

static void on_request(void *context, struct http_exchange *exchange)
{
    struct app *app = context;
    struct str path = exchange->request.path;
    int64_t number = 0;
    if (number_behind(path, STR("/delay/"), &number)) {
        answer_later(app, exchange, number);
    } else if (number_behind(path, STR("/size/"), &number)) {
        answer_size(exchange, (size_t)number);
    } else if (number_behind(path, STR("/status/"), &number)) {
        reply(exchange, (int)number);
    } else if (str_is(path, "/stats")) {
        answer_stats(app, exchange);
    } else if (str_is(path, "/split")) {
        answer_split(exchange);
    } else if (str_is(path, "/close")) {
        strbuf_puts(&exchange->body, "bye\n");
        http_reply(exchange, &(struct http_reply){.status = 200, .content_type = TEXT, .close = true});
    } else {
        echo(exchange);
    }
}

static void on_drained(void *context)
{
    struct app *app = context;
    http_server_free(app->server);
    loop_stop(app->loop);
}

static void on_term(void *context)
{
    struct app *app = context;
    http_server_drain(app->server, on_drained, app);
}

struct setting {
    const char *name;
    size_t offset;
    bool is_size;
};

#define SIZE(name)                                                                                                     \
    {                                                                                                                  \
#name, offsetof(struct http_server_options, name), true                                                        \
    }
#define TIME(name)                                                                                                     \
    {                                                                                                                  \
#name, offsetof(struct http_server_options, name), false                                                       \
    }

static bool set(struct http_server_options *options, struct str text)
{
    static const struct setting SETTINGS[] = {
        SIZE(max_connections),      SIZE(max_request_line_bytes),
        SIZE(max_header_bytes),     SIZE(max_headers),
        SIZE(max_body_bytes),       SIZE(max_pipelined),
        SIZE(body_min_bytes_per_s), SIZE(max_requests_per_connection),
        TIME(header_timeout_us),    TIME(body_timeout_us),
        TIME(idle_timeout_us),      TIME(write_timeout_us),
    };
    struct str name;
    int64_t value = 0;
    if (!str_split(&text, '=', &name) || !str_to_int64(text, 0, INT64_MAX, &value)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LEN(SETTINGS); i++) {
        if (str_is(name, SETTINGS[i].name)) {
            void *place = (char *)options + SETTINGS[i].offset;
            if (SETTINGS[i].is_size) {
                *(size_t *)place = (size_t)value;
            } else {
                *(int64_t *)place = value;
            }
            return true;
        }
    }
    return false;
}

int main(int argc, char **argv)
{
    struct app app = {.loop = loop_new()};
    struct http_server_options options;
    http_server_defaults(&options);
    options.handler = on_request;
    options.context = &app;
    for (int i = 1; i < argc; i++) {
        if (!set(&options, str_from(argv[i]))) {
            fprintf(stderr, "unknown setting: %s\n", argv[i]);
            return 2;
        }
    }
    struct err err;
    app.server = http_server_new(app.loop, &options, &err);
    if (app.server == NULL) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    loop_on_signal(app.loop, SIGTERM, on_term, &app);
    printf("port %u\n", (unsigned)http_server_port(app.server));
    fflush(stdout);
    loop_run(app.loop);
    loop_free(app.loop);
    return 0;
}

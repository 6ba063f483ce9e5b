/* The server in one process: exchanges that outlive their connection and their server, options, answers' heads. */
#include "common/http/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

struct world {
    struct loop *loop;
    struct http_server *server;
    struct http_exchange *held;
    struct loop_timer timer;
    struct loop_io io;
    int client;
    char answer[4096];
    size_t answer_len;
    bool hold;
    bool ended;
};

static struct str plain_error(struct strbuf *out, int status, const char *sentence)
{
    strbuf_printf(out, "{\"status\":%d,\"message\":\"%s\"}", status, sentence);
    return STR("application/json");
}

static void reply_with(struct http_exchange *exchange, int status)
{
    struct http_header extra = {STR("X-Id"), arena_copy(&exchange->arena, STR("1"))};
    struct http_reply reply = {
        .status = status, .content_type = STR("text/plain"), .headers = &extra, .header_count = 1};
    strbuf_put(&exchange->body, exchange->request.body);
    http_reply(exchange, &reply);
}

static void on_request(void *context, struct http_exchange *exchange)
{
    struct world *world = context;
    if (world->hold) {
        world->held = exchange;
        loop_stop(world->loop);
        return;
    }
    reply_with(exchange, 200);
}

static void client_on_ready(void *context, int ready)
{
    (void)ready;
    struct world *world = context;
    ssize_t got = read(world->client, world->answer + world->answer_len, sizeof world->answer - world->answer_len - 1);
    if (got > 0) {
        world->answer_len += (size_t)got;
        return;
    }
    world->ended = true;
    loop_io_release(&world->io);
    loop_stop(world->loop);
}

static void give_up(void *context)
{
    loop_stop(((struct world *)context)->loop);
}

static void start(struct world *world)
{
    struct http_server_options options;
    struct err err;
    *world = (struct world){.loop = loop_new()};
    http_server_defaults(&options);
    options.handler = on_request;
    options.context = world;
    options.error_body = plain_error;
    world->server = http_server_new(world->loop, &options, &err);
    assert_non_null(world->server);
    loop_timer_init(&world->timer, world->loop, give_up, world);
}

static void connect_and_send(struct world *world, struct str bytes)
{
    world->client = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(http_server_port(world->server)),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    assert_int_equal(connect(world->client, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(write(world->client, bytes.ptr, bytes.len), bytes.len);
    loop_io_init(&world->io, world->loop, world->client, client_on_ready, world);
    loop_io_want(&world->io, LOOP_READ);
}

static void run(struct world *world)
{
    loop_timer_start(&world->timer, 5 * 1000000);
    loop_run(world->loop);
    assert_true(world->timer.pending); /* nobody gave up */
}

static void finish(struct world *world)
{
    loop_io_release(&world->io);
    close(world->client);
    http_server_free(world->server);
    loop_timer_release(&world->timer);
    loop_free(world->loop);
}

static bool answered(const struct world *world, const char *part)
{
    return str_find_str(str_of(world->answer, world->answer_len), str_from(part)) < world->answer_len;
}

static void answers_carry_length_date_and_extra_headers(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    connect_and_send(&world, STR("PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"));
    run(&world);
    assert_true(answered(&world, "HTTP/1.1 200 OK\r\nDate: "));
    assert_true(answered(&world, " GMT\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nConnection: close\r\n"
                                 "X-Id: 1\r\n\r\nhello"));
    struct http_server_stats stats;
    http_server_stats(world.server, &stats);
    assert_int_equal(stats.connections_accepted, 1);
    assert_int_equal(stats.connections_open, 0);
    assert_int_equal(stats.requests, 1);
    assert_int_equal(stats.refused, 0);
    finish(&world);
}

static void own_errors_use_the_callers_body(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    connect_and_send(&world, STR("GET / HTTP/1.1\r\n\r\n"));
    shutdown(world.client, SHUT_WR);
    run(&world);
    assert_true(answered(&world, "HTTP/1.1 400 Bad Request\r\n"));
    assert_true(answered(&world, "Content-Type: application/json\r\n"));
    assert_true(answered(&world, "{\"status\":400,\"message\":\"There is no Host field\"}"));
    finish(&world);
}

static void refusing_a_head_request_sends_no_body(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    connect_and_send(&world, STR("HEAD / HTTP/1.1\r\n\r\n"));
    shutdown(world.client, SHUT_WR);
    run(&world);
    assert_true(answered(&world, "HTTP/1.1 400 Bad Request\r\n"));
    assert_false(answered(&world, "message"));
    finish(&world);
}

static void an_exchange_outlives_its_connection(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    world.hold = true;
    connect_and_send(&world, STR("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"));
    run(&world);
    assert_non_null(world.held);
    assert_false(world.held->gone);
    struct linger reset = {.l_onoff = 1};
    setsockopt(world.client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    loop_io_release(&world.io);
    close(world.client);
    loop_timer_start(&world.timer, 20000);
    loop_run(world.loop);
    assert_true(world.held->gone);
    assert_true(str_is(world.held->request.body, "hello"));
    assert_true(str_is(world.held->request.peer, "127.0.0.1"));
    reply_with(world.held, 200);
    world.client = -1;
    finish(&world);
}

static void an_exchange_outlives_its_server(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    world.hold = true;
    connect_and_send(&world, STR("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"));
    run(&world);
    http_server_free(world.server);
    world.server = NULL;
    assert_true(world.held->gone);
    assert_true(str_is(world.held->request.body, "hello"));
    reply_with(world.held, 500);
    finish(&world);
}

static void drained(void *context)
{
    struct world *world = context;
    world->hold = false;
    loop_stop(world->loop);
}

static void an_empty_server_drains_at_once(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    world.hold = true;
    http_server_drain(world.server, drained, &world);
    http_server_drain(world.server, drained, &world);
    run(&world);
    assert_false(world.hold);
    world.client = -1;
    finish(&world);
}

static void a_port_that_is_taken_is_an_error(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    struct http_server_options options;
    struct err err = {0};
    http_server_defaults(&options);
    options.handler = on_request;
    options.port = http_server_port(world.server);
    assert_null(http_server_new(world.loop, &options, &err));
    assert_int_equal(err.code, ERR_UNAVAILABLE);
    options.bind_address = "not-an-address";
    assert_null(http_server_new(world.loop, &options, &err));
    assert_int_equal(err.code, ERR_UNAVAILABLE);
    world.client = -1;
    finish(&world);
}

static void an_ipv4_client_of_an_ipv6_socket_is_shown_as_one(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    http_server_free(world.server);
    struct http_server_options options;
    struct err err;
    http_server_defaults(&options);
    options.handler = on_request;
    options.context = &world;
    options.bind_address = "::";
    world.server = http_server_new(world.loop, &options, &err);
    world.client = -1;
    if (world.server != NULL) { /* not every machine has IPv6 */
        world.hold = true;
        connect_and_send(&world, STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
        run(&world);
        assert_true(str_is(world.held->request.peer, "127.0.0.1"));
        reply_with(world.held, 200);
    }
    finish(&world);
}

static void more_headers_than_usual_are_handed_out(void **state)
{
    (void)state;
    struct world world;
    start(&world);
    world.hold = true;
    struct strbuf request = {0};
    strbuf_puts(&request, "GET / HTTP/1.1\r\nHost: a\r\n");
    for (int i = 1; i < 100; i++) {
        strbuf_printf(&request, "X-%d: %d\r\n", i, i * i);
    }
    strbuf_puts(&request, "\r\n");
    connect_and_send(&world, strbuf_str(&request));
    strbuf_release(&request);
    run(&world);
    assert_int_equal(world.held->request.header_count, 100);
    assert_true(str_is(http_header_get(&world.held->request, "x-99"), "9801"));
    assert_true(str_is(http_header_get(&world.held->request, "Host"), "a"));
    reply_with(world.held, 200);
    finish(&world);
}

static void two_servers_share_a_port_when_asked(void **state)
{
    (void)state;
    struct loop *loop = loop_new();
    struct http_server_options options;
    struct err err;
    http_server_defaults(&options);
    options.handler = on_request;
    options.reuse_port = true;
    struct http_server *first = http_server_new(loop, &options, &err);
    assert_non_null(first);
    options.port = http_server_port(first);
    struct http_server *second = http_server_new(loop, &options, &err);
    assert_non_null(second);
    http_server_free(first);
    http_server_free(second);
    http_server_free(NULL);
    loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_carry_length_date_and_extra_headers),
        cmocka_unit_test(own_errors_use_the_callers_body),
        cmocka_unit_test(refusing_a_head_request_sends_no_body),
        cmocka_unit_test(an_exchange_outlives_its_connection),
        cmocka_unit_test(an_exchange_outlives_its_server),
        cmocka_unit_test(an_empty_server_drains_at_once),
        cmocka_unit_test(a_port_that_is_taken_is_an_error),
        cmocka_unit_test(an_ipv4_client_of_an_ipv6_socket_is_shown_as_one),
        cmocka_unit_test(more_headers_than_usual_are_handed_out),
        cmocka_unit_test(two_servers_share_a_port_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

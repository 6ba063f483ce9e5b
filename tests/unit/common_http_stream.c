/* Streamed answers over a real socket: framing, room, the client that leaves, the answer that is cut short. */
#include "common/http/http_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { PIECES = 200, PIECE_BYTES = 64 * 1024 };

struct world {
    struct loop *loop;
    struct http_server *server;
    struct http_exchange *held;
    struct loop_timer timer;
    struct loop_io io;
    int client;
    char *answer;
    size_t answer_len;
    size_t answer_size;
    bool reading;
    bool ended;
    int made;
    int most;
    int waits;
    bool abort;
    bool left; /* the handler has seen that the client is gone */
};

static struct world world;

static void make(struct http_exchange *exchange);

static void on_room(struct http_exchange *exchange)
{
    make(exchange);
}

static void make(struct http_exchange *exchange)
{
    char piece[1024];
    memset(piece, 'x', sizeof piece);
    while (world.made < world.most && !exchange->gone) {
        if (!http_stream_room(exchange, on_room)) {
            world.waits++;
            if (!world.reading) {
                loop_stop(world.loop);
            }
            return;
        }
        for (int i = 0; i < PIECE_BYTES / 1024; i++) {
            strbuf_put(&exchange->body, str_of(piece, sizeof piece));
        }
        world.made++;
        http_stream_send(exchange);
    }
    world.left = exchange->gone;
    if (world.left) {
        loop_stop(world.loop);
    }
    if (world.abort) {
        http_stream_abort(exchange);
    } else {
        strbuf_puts(&exchange->body, "end");
        http_stream_end(exchange);
    }
}

static void on_request(void *context, struct http_exchange *exchange)
{
    (void)context;
    if (str_is(exchange->request.path, "/plain")) {
        struct http_reply plain = {.status = 200};
        strbuf_puts(&exchange->body, "plain");
        http_reply(exchange, &plain);
        return;
    }
    struct http_reply reply = {.status = 200, .content_type = STR("text/plain")};
    http_stream_begin(exchange, &reply);
    make(exchange);
}

static void client_on_ready(void *context, int ready)
{
    (void)ready;
    (void)context;
    if (world.answer_size - world.answer_len < 65536) {
        world.answer_size = 2 * world.answer_size + 65536;
        world.answer = realloc(world.answer, world.answer_size);
        assert_non_null(world.answer);
    }
    ssize_t got = read(world.client, world.answer + world.answer_len, world.answer_size - world.answer_len);
    if (got > 0) {
        world.answer_len += (size_t)got;
        return;
    }
    world.ended = true;
    loop_io_release(&world.io);
    loop_stop(world.loop);
}

static void give_up(void *context)
{
    (void)context;
    loop_stop(world.loop);
}

static void start(struct str bytes, int most, bool reading)
{
    struct http_server_options options;
    struct err err;
    world = (struct world){.loop = loop_new(), .most = most, .reading = reading};
    http_server_defaults(&options);
    options.handler = on_request;
    world.server = http_server_new(world.loop, &options, &err);
    assert_non_null(world.server);
    loop_timer_init(&world.timer, world.loop, give_up, NULL);
    world.client = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(http_server_port(world.server)), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    assert_int_equal(connect(world.client, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(write(world.client, bytes.ptr, bytes.len), bytes.len);
    loop_io_init(&world.io, world.loop, world.client, client_on_ready, NULL);
    loop_io_want(&world.io, reading ? LOOP_READ : 0);
}

static void run(void)
{
    loop_timer_start(&world.timer, 10 * 1000000);
    loop_run(world.loop);
    assert_true(world.timer.pending); /* nobody gave up */
}

static void finish(void)
{
    if (!world.ended) {
        loop_io_release(&world.io);
    }
    close(world.client);
    http_server_free(world.server);
    loop_timer_release(&world.timer);
    loop_free(world.loop);
    free(world.answer);
}

static struct str answer(void)
{
    return str_of(world.answer, world.answer_len);
}

static bool answered(const char *part)
{
    return str_find_str(answer(), str_from(part)) < world.answer_len;
}

static void pieces_are_chunks_and_the_next_answer_follows(void **state)
{
    (void)state;
    start(STR("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /plain HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), 1, true);
    run();
    assert_true(answered("Transfer-Encoding: chunked\r\n\r\n10000\r\nxxxx"));
    assert_false(answered("text/plain\r\nContent-Length"));
    assert_true(answered("xxxx\r\n3\r\nend\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"));
    assert_true(str_ends_with(answer(), STR("plain")));
    finish();
}

static void an_old_client_reads_up_to_the_end(void **state)
{
    (void)state;
    start(STR("GET / HTTP/1.0\r\n\r\n"), 1, true);
    run();
    assert_true(answered("Connection: close\r\n\r\nxxxx"));
    assert_false(answered("chunked"));
    assert_true(str_ends_with(answer(), STR("xend")));
    finish();
}

static void head_gets_the_head_alone(void **state)
{
    (void)state;
    start(STR("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), 1, true);
    run();
    assert_true(answered("Transfer-Encoding: chunked\r\n"));
    assert_true(str_ends_with(answer(), STR("\r\n\r\n")));
    finish();
}

static void a_slow_reader_holds_up_the_maker(void **state)
{
    (void)state;
    start(STR("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), PIECES, false);
    run();
    assert_true(world.made < PIECES / 2);
    world.reading = true;
    loop_io_want(&world.io, LOOP_READ);
    run();
    assert_int_equal(world.made, PIECES);
    assert_true(world.waits > 1);
    assert_true(world.answer_len > (size_t)PIECES * PIECE_BYTES);
    assert_true(str_ends_with(answer(), STR("3\r\nend\r\n0\r\n\r\n")));
    finish();
}

static void the_maker_hears_that_its_client_left(void **state)
{
    (void)state;
    start(STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), PIECES, false);
    run();
    struct linger reset = {.l_onoff = 1};
    setsockopt(world.client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    loop_io_release(&world.io);
    close(world.client);
    world.client = -1;
    world.ended = true;
    run();
    assert_true(world.left);
    assert_true(world.made < PIECES);
    finish();
}

static void what_is_cut_short_has_no_end(void **state)
{
    (void)state;
    start(STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), PIECES, false);
    world.abort = true;
    run();
    world.reading = true;
    loop_io_want(&world.io, LOOP_READ);
    run();
    assert_true(world.ended);
    assert_false(str_ends_with(answer(), STR("0\r\n\r\n")));
    finish();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_chunks_and_the_next_answer_follows),
        cmocka_unit_test(an_old_client_reads_up_to_the_end),
        cmocka_unit_test(head_gets_the_head_alone),
        cmocka_unit_test(a_slow_reader_holds_up_the_maker),
        cmocka_unit_test(the_maker_hears_that_its_client_left),
        cmocka_unit_test(what_is_cut_short_has_no_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

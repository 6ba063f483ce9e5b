/*
 * The request parser: every refused form with its status, every accepted one, and that the outcome does not depend on
 * how the bytes arrive.
 */
#include "common/http/http_parser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { FIELDS = 8, BYTES = 4096 };

static const struct http_limits LIMITS = {
    .request_line_bytes = 128,
    .header_bytes = 512,
    .headers = FIELDS,
    .body_bytes = 64,
    .large_body_type = STR_INIT("text/large"),
    .large_body_bytes = 100,
};

struct outcome {
    enum http_parsed parsed;
    int status;
    const char *reason;
    size_t end; /* bytes of the input that the request took, when it is complete */
    bool keep_alive;
    bool expects_continue;
    size_t heads;
    struct http_request request;
    struct http_header headers[FIELDS];
    char bytes[BYTES]; /* what the request points into */
};

/* Feeds `text` in pieces of `piece` bytes, the first one of `first`. */
static void run(struct str text, size_t first, size_t piece, struct outcome *out)
{
    memset(out, 0, sizeof *out);
    struct http_field fields[FIELDS];
    struct http_parser parser;
    http_parser_init(&parser, &LIMITS, fields);
    assert_true(text.len < BYTES);
    size_t fed = 0;
    size_t len = 0;
    size_t next = first;
    out->parsed = HTTP_PARSED_MORE;
    while (out->parsed == HTTP_PARSED_MORE || out->parsed == HTTP_PARSED_HEAD) {
        if (out->parsed == HTTP_PARSED_MORE) {
            if (fed == text.len) {
                return;
            }
            size_t more = text.len - fed < next ? text.len - fed : next;
            memcpy(out->bytes + len, text.ptr + fed, more);
            fed += more;
            len += more;
            next = piece;
        }
        out->parsed = http_parse(&parser, out->bytes, &len);
        out->heads += out->parsed == HTTP_PARSED_HEAD ? 1 : 0;
    }
    out->status = parser.status;
    out->reason = parser.reason;
    if (out->parsed == HTTP_PARSED_REQUEST) {
        out->end = fed - (len - parser.at);
        out->keep_alive = http_parser_keep_alive(&parser);
        out->expects_continue = parser.expects_continue;
        http_parser_request(&parser, out->bytes, out->headers, &out->request);
    }
    assert_int_equal(http_parse(&parser, out->bytes, &len), out->parsed); /* it stays at its end */
}

static void assert_same_text(struct str a, struct str b)
{
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.ptr, b.ptr, a.len);
}

static void assert_same(const struct outcome *a, const struct outcome *b)
{
    assert_int_equal(a->parsed, b->parsed);
    assert_int_equal(a->status, b->status);
    assert_ptr_equal(a->reason, b->reason);
    assert_int_equal(a->end, b->end);
    assert_int_equal(a->heads, b->heads);
    assert_int_equal(a->keep_alive, b->keep_alive);
    assert_int_equal(a->request.method, b->request.method);
    assert_int_equal(a->request.header_count, b->request.header_count);
    assert_same_text(a->request.path, b->request.path);
    assert_same_text(a->request.query, b->request.query);
    assert_same_text(a->request.body, b->request.body);
    for (size_t i = 0; i < a->request.header_count; i++) {
        assert_same_text(a->headers[i].name, b->headers[i].name);
        assert_same_text(a->headers[i].value, b->headers[i].value);
    }
}

/* In one piece; and then in two pieces split anywhere, and byte by byte, which must come out the same. */
static void run_all_ways(struct str text, struct outcome *out)
{
    static struct outcome other;
    run(text, text.len, 1, out);
    run(text, 1, 1, &other);
    assert_same(out, &other);
    for (size_t at = 1; at < text.len; at++) {
        run(text, at, text.len, &other);
        assert_same(out, &other);
    }
}

struct refused {
    int status;
    struct str text;
};

#define REFUSED(status, text)                                                                                          \
    {                                                                                                                  \
        status, STR_INIT(text)                                                                                         \
    }
#define H       "Host: a\r\n"
#define POST    "POST / HTTP/1.1\r\n" H
#define TE      POST "Transfer-Encoding: chunked\r\n\r\n"
#define TEN     "0123456789"
#define FIFTY   TEN TEN TEN TEN TEN
#define HUNDRED FIFTY FIFTY

static const struct refused REFUSED_FORMS[] = {
    /* the request line */
    REFUSED(400, "\r\n\r\nGET / HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "\nGET / HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "\rGET / HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, " GET / HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "GET / HTTP/1.1\n" H "\r\n"),
    REFUSED(400, "GET /\r\n" H "\r\n"),
    REFUSED(400, "GET\r\n\r\n"),
    REFUSED(400, "GET  / HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "GET /  HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "GET / HTTP/1.1 \r\n" H "\r\n"),
    REFUSED(400, "GET\t/\tHTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\r\n" H "\r\n"),
    REFUSED(400, "G@T / HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "G\0T / HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "GET /\0 HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "GET /\x01 HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "GET /\x7f HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "GET /\xc3\xa4 HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "GET /\r/ HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "GET /#a HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "GET a HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "GET * HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "OPTIONS ** HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "GET ftp://a/ HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "GET http:///x HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "GET http://u@a/ HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "GET http://b/ HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "GET http://a:80/ HTTP/1.1\r\n" H "\r\n"),
    REFUSED(400, "GET / http/1.1\r\n" H "\r\n"),
    REFUSED(400, "GET / HTTP/1\r\n" H "\r\n"),
    REFUSED(400, "GET / HTTP/1.10\r\n" H "\r\n"),
    REFUSED(400, "GET / HTTP/+1.1\r\n" H "\r\n"),
    REFUSED(400, "GET / HTTP/1,1\r\n" H "\r\n"),
    REFUSED(400, "GET / HTTPS/1.1\r\n" H "\r\n"),
    REFUSED(505, "GET / HTTP/1.2\r\n" H "\r\n"),
    REFUSED(505, "GET / HTTP/0.9\r\n" H "\r\n"),
    REFUSED(505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    REFUSED(501, "CONNECT a:443 HTTP/1.1\r\n" H "\r\n"),
    REFUSED(414, "GET /" HUNDRED TEN TEN " HTTP/1.1\r\n" H "\r\n"),
    REFUSED(414, HUNDRED HUNDRED),
    /* fields */
    REFUSED(400, "GET / HTTP/1.1\r\nHost: a\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\n" H "\n"),
    REFUSED(400, "GET / HTTP/1.1\r\n" H "X: a\rb\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\n" H "X: a\r\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\n" H "X: a\r\n\tb\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\n" H "X : a\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\n" H "X\t: a\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\n" H ": a\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\n" H "X\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\n" H "X(: a\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\n" H "X\xc3: a\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\n" H "X\0: a\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\n" H "X: a\0b\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\n" H "X: a\x08\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\n" H "X: a\x7f\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\n" H "X: a\x0b\r\n\r\n"),
    REFUSED(431, "GET / HTTP/1.1\r\n" H "X: " HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED TEN "\r\n\r\n"),
    REFUSED(431, "GET / HTTP/1.1\r\n" H HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED TEN),
    REFUSED(431, "GET / HTTP/1.1\r\n" H "1:\r\n2:\r\n3:\r\n4:\r\n5:\r\n6:\r\n7:\r\n8:\r\n\r\n"),
    /* Host */
    REFUSED(400, "GET / HTTP/1.1\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\n" H H "\r\n"),
    REFUSED(400, "GET / HTTP/1.0\r\n" H H "\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
    REFUSED(400, "GET / HTTP/1.1\r\nHost: a?b\r\n\r\n"),
    /* framing */
    REFUSED(400, POST "Content-Length: 1\r\nContent-Length: 1\r\n\r\na"),
    REFUSED(400, POST "Content-Length: 1\r\ncontent-length: 2\r\n\r\na"),
    REFUSED(400, POST "Content-Length: 1, 1\r\n\r\na"),
    REFUSED(400, POST "Content-Length: +1\r\n\r\na"),
    REFUSED(400, POST "Content-Length: -1\r\n\r\na"),
    REFUSED(400, POST "Content-Length: 1 1\r\n\r\na"),
    REFUSED(400, POST "Content-Length: 0x1\r\n\r\na"),
    REFUSED(400, POST "Content-Length: 1.0\r\n\r\na"),
    REFUSED(400, POST "Content-Length:\r\n\r\na"),
    REFUSED(400, POST "Content-Length : 1\r\n\r\na"),
    REFUSED(413, POST "Content-Length: 65\r\n\r\n"),
    REFUSED(413, POST "Content-Length: 18446744073709551617\r\n\r\n"),
    REFUSED(413, POST "Content-Length: 99999999999999999999999999\r\n\r\n"),
    REFUSED(400, POST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    REFUSED(400, POST "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n"),
    REFUSED(400, POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    REFUSED(400, POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    REFUSED(400, POST "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
    REFUSED(400, POST "Transfer-Encoding: identity\r\n\r\n"),
    REFUSED(400, POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    REFUSED(400, POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"),
    REFUSED(400, POST "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n"),
    REFUSED(400, POST "Transfer-Encoding: \x0b"
                      "chunked\r\n\r\n0\r\n\r\n"),
    REFUSED(400, POST "Transfer-Encoding:\r\n\r\n"),
    REFUSED(400, POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
    REFUSED(400, POST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"),
    REFUSED(400, "POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    REFUSED(417, POST "Expect: 200-ok\r\nContent-Length: 1\r\n\r\na"),
    REFUSED(417, POST "Expect: 100-continue, x\r\nContent-Length: 1\r\n\r\na"),
    /* chunks */
    REFUSED(400, TE "\r\n"),
    REFUSED(400, TE "g\r\n"),
    REFUSED(400, TE "0x1\r\na\r\n0\r\n\r\n"),
    REFUSED(400, TE "+1\r\na\r\n0\r\n\r\n"),
    REFUSED(400, TE "-1\r\na\r\n0\r\n\r\n"),
    REFUSED(400, TE " 1\r\na\r\n0\r\n\r\n"),
    REFUSED(400, TE "1 \r\na\r\n0\r\n\r\n"),
    REFUSED(400, TE "1 ;x\r\na\r\n0\r\n\r\n"),
    REFUSED(400, TE "000000001\r\na\r\n0\r\n\r\n"),
    REFUSED(400, TE "1\na\r\n0\r\n\r\n"),
    REFUSED(400, TE "1\ra\r\n0\r\n\r\n"),
    REFUSED(400, TE "1\r\na\n0\r\n\r\n"),
    REFUSED(400, TE "1\r\nab\r\n0\r\n\r\n"),
    REFUSED(400, TE "1\r\na0\r\n\r\n"),
    REFUSED(400, TE "1;a\nb\r\na\r\n0\r\n\r\n"),
    REFUSED(400, TE "1;a\0b\r\na\r\n0\r\n\r\n"),
    REFUSED(400, TE "1;" HUNDRED HUNDRED FIFTY "1234567\r\na\r\n0\r\n\r\n"),
    REFUSED(413, TE "41\r\n"),
    REFUSED(413, TE "ffffffff\r\n"),
    REFUSED(413, TE "20\r\n01234567890123456789012345678901\r\n21\r\n"),
    REFUSED(400, TE "0\r\n\n"),
    REFUSED(400, TE "0\r\n\ra"),
    REFUSED(400, TE "0\r\nX: a\n\r\n"),
    REFUSED(400, TE "0\r\nX : a\r\n\r\n"),
    REFUSED(400, TE "0\r\n X: a\r\n\r\n"),
    REFUSED(400, TE "0\r\nX\r\n\r\n"),
    REFUSED(400, TE "0\r\n: a\r\n\r\n"),
    REFUSED(400, TE "0\r\nX: a\0\r\n\r\n"),
    REFUSED(431, TE "0\r\nX: " HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED TEN "\r\n\r\n"),
    REFUSED(431, TE "0\r\n1:\r\n2:\r\n3:\r\n4:\r\n5:\r\n6:\r\n7:\r\n8:\r\n9:\r\n\r\n"),
};

static void every_refused_form_is_refused(void **state)
{
    (void)state;
    static struct outcome out;
    for (size_t i = 0; i < ARRAY_LEN(REFUSED_FORMS); i++) {
        const struct refused *form = &REFUSED_FORMS[i];
        run_all_ways(form->text, &out);
        if (out.parsed != HTTP_PARSED_REFUSED || out.status != form->status) {
            fail_msg("row %zu: outcome %d status %d instead of %d: %.*s", i, (int)out.parsed, out.status, form->status,
                     STR_ARG(form->text));
        }
        assert_non_null(out.reason);
    }
}

struct accepted {
    struct str text;
    enum http_method method;
    const char *path;
    const char *query;
    const char *body;
    size_t headers;
    bool keep_alive;
    bool expects_continue;
};

static const struct accepted ACCEPTED_FORMS[] = {
    {STR_INIT("GET / HTTP/1.1\r\n" H "\r\n"), HTTP_GET, "/", "", "", 1, true, false},
    {STR_INIT("\r\nGET / HTTP/1.1\r\n" H "\r\n"), HTTP_GET, "/", "", "", 1, true, false},
    {STR_INIT("HEAD /a/b?c=d?e HTTP/1.1\r\n" H "\r\n"), HTTP_HEAD, "/a/b", "c=d?e", "", 1, true, false},
    {STR_INIT("PUT /%00%2f HTTP/1.1\r\n" H "\r\n"), HTTP_PUT, "/%00%2f", "", "", 1, true, false},
    {STR_INIT("PATCH //x HTTP/1.1\r\n" H "\r\n"), HTTP_PATCH, "//x", "", "", 1, true, false},
    {STR_INIT("DELETE /?a[b]:\"{}|\\^` HTTP/1.1\r\n" H "\r\n"), HTTP_DELETE, "/", "a[b]:\"{}|\\^`", "", 1, true, false},
    {STR_INIT("OPTIONS * HTTP/1.1\r\n" H "\r\n"), HTTP_OPTIONS, "/", "", "", 1, true, false},
    {STR_INIT("get / HTTP/1.1\r\n" H "\r\n"), HTTP_METHOD_OTHER, "/", "", "", 1, true, false},
    {STR_INIT("M-SEARCH / HTTP/1.1\r\n" H "\r\n"), HTTP_METHOD_OTHER, "/", "", "", 1, true, false},
    {STR_INIT("GET http://a/x?y HTTP/1.1\r\n" H "\r\n"), HTTP_GET, "/x", "y", "", 1, true, false},
    {STR_INIT("GET HTTPS://A HTTP/1.1\r\n" H "\r\n"), HTTP_GET, "/", "", "", 1, true, false},
    {STR_INIT("GET http://a?y HTTP/1.1\r\n" H "\r\n"), HTTP_GET, "/", "y", "", 1, true, false},
    {STR_INIT("GET http://[::1]:80/ HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"), HTTP_GET, "/", "", "", 1, true, false},
    {STR_INIT("GET / HTTP/1.1\r\n" H "Connection: close\r\n\r\n"), HTTP_GET, "/", "", "", 2, false, false},
    {STR_INIT("GET / HTTP/1.1\r\n" H "Connection: x , CLOSE\r\n\r\n"), HTTP_GET, "/", "", "", 2, false, false},
    {STR_INIT("GET / HTTP/1.0\r\n\r\n"), HTTP_GET, "/", "", "", 0, false, false},
    {STR_INIT("GET http://a/ HTTP/1.0\r\n\r\n"), HTTP_GET, "/", "", "", 0, false, false},
    {STR_INIT("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), HTTP_GET, "/", "", "", 1, true, false},
    {STR_INIT("GET / HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n"), HTTP_GET, "/", "", "", 2, false,
     false},
    {STR_INIT("POST / HTTP/1.0\r\nExpect: x\r\nContent-Length: 1\r\n\r\na"), HTTP_POST, "/", "", "a", 2, false, false},
    {STR_INIT("GET / HTTP/1.1\r\nHost:a\r\nX: \t a b \t\r\nY:\r\nZ:\xc3\xa4\r\n\r\n"), HTTP_GET, "/", "", "", 4, true,
     false},
    {STR_INIT(POST "Content-Length: 0\r\n\r\n"), HTTP_POST, "/", "", "", 2, true, false},
    {STR_INIT(POST "Content-Length: 003\r\n\r\nabc"), HTTP_POST, "/", "", "abc", 2, true, false},
    {STR_INIT(POST "Expect: 100-Continue\r\nContent-Length: 3\r\n\r\nabc"), HTTP_POST, "/", "", "abc", 3, true, true},
    {STR_INIT(POST "CONTENT-LENGTH: 64\r\n\r\n" FIFTY TEN "0123"), HTTP_POST, "/", "", FIFTY TEN "0123", 2, true,
     false},
    {STR_INIT(TE "0\r\n\r\n"), HTTP_POST, "/", "", "", 2, true, false},
    {STR_INIT(POST "Transfer-Encoding: Chunked \r\n\r\n3\r\nabc\r\n0\r\n\r\n"), HTTP_POST, "/", "", "abc", 2, true,
     false},
    {STR_INIT(TE "00000003\r\nabc\r\n0a;x=\"y\"\r\n" TEN "\r\n1\r\n\n\r\n000\r\n\r\n"), HTTP_POST, "/", "",
     "abc" TEN "\n", 2, true, false},
    {STR_INIT(TE "40\r\n" FIFTY TEN "0123\r\n0;a\r\nX: y\r\nZ:\r\n\r\n"), HTTP_POST, "/", "", FIFTY TEN "0123", 2, true,
     false},
    {STR_INIT(TE "1;" HUNDRED HUNDRED FIFTY "123456\r\na\r\n0\r\n\r\n"), HTTP_POST, "/", "", "a", 2, true, false},
};

static void every_accepted_form_is_understood(void **state)
{
    (void)state;
    static struct outcome out;
    for (size_t i = 0; i < ARRAY_LEN(ACCEPTED_FORMS); i++) {
        const struct accepted *form = &ACCEPTED_FORMS[i];
        run_all_ways(form->text, &out);
        if (out.parsed != HTTP_PARSED_REQUEST || !str_is(out.request.path, form->path) ||
            !str_is(out.request.query, form->query) || !str_is(out.request.body, form->body) ||
            out.request.method != form->method || out.request.header_count != form->headers ||
            out.keep_alive != form->keep_alive || out.expects_continue != form->expects_continue) {
            fail_msg("row %zu: outcome %d status %d %s: %.*s", i, (int)out.parsed, out.status,
                     out.reason == NULL ? "" : out.reason, STR_ARG(form->text));
        }
        assert_int_equal(out.end, form->text.len);
        assert_int_equal(out.heads, 1);
    }
}

/* Whatever is cut off, a request is only a request when all of it is there. */
static void every_part_of_a_request_wants_more(void **state)
{
    (void)state;
    static struct outcome out;
    for (size_t i = 0; i < ARRAY_LEN(ACCEPTED_FORMS); i++) {
        struct str text = ACCEPTED_FORMS[i].text;
        for (size_t len = 0; len < text.len; len++) {
            run(str_of(text.ptr, len), len, 1, &out);
            assert_int_equal(out.parsed, HTTP_PARSED_MORE);
        }
    }
}

static void a_request_ends_where_the_next_begins(void **state)
{
    (void)state;
    static struct outcome out;
    static const struct str FIRST[] = {
        STR_INIT("GET / HTTP/1.1\r\n" H "\r\n"),
        STR_INIT(POST "Content-Length: 3\r\n\r\nabc"),
        STR_INIT(TE "3\r\nabc\r\n0\r\nX: y\r\n\r\n"),
    };
    for (size_t i = 0; i < ARRAY_LEN(FIRST); i++) {
        char both[BYTES];
        int len = snprintf(both, sizeof both, "%.*sGET /next HTTP/1.1\r\n" H "\r\n", STR_ARG(FIRST[i]));
        run_all_ways(str_of(both, (size_t)len), &out);
        assert_int_equal(out.parsed, HTTP_PARSED_REQUEST);
        assert_int_equal(out.end, FIRST[i].len);
    }
}

static void limits_are_exact(void **state)
{
    (void)state;
    static struct outcome out;
    char text[BYTES];
    for (size_t line = 127; line <= 129; line++) {
        int fill = (int)line - (int)strlen("GET / HTTP/1.1");
        int len = snprintf(text, sizeof text, "GET /%0*d HTTP/1.1\r\n" H "\r\n", fill, 0);
        run_all_ways(str_of(text, (size_t)len), &out);
        assert_int_equal(out.parsed, line <= 128 ? HTTP_PARSED_REQUEST : HTTP_PARSED_REFUSED);
        assert_int_equal(out.status, line <= 128 ? 0 : 414);
    }
    for (size_t bytes = 511; bytes <= 513; bytes++) {
        int fill = (int)bytes - (int)strlen(H "X: \r\n\r\n");
        int len = snprintf(text, sizeof text, "GET / HTTP/1.1\r\n" H "X: %0*d\r\n\r\n", fill, 0);
        run_all_ways(str_of(text, (size_t)len), &out);
        assert_int_equal(out.parsed, bytes <= 512 ? HTTP_PARSED_REQUEST : HTTP_PARSED_REFUSED);
        assert_int_equal(out.status, bytes <= 512 ? 0 : 431);
    }
}

static void one_media_type_may_have_longer_bodies(void **state)
{
    (void)state;
    static struct outcome out;
    static const struct {
        const char *type;
        size_t most;
    } rows[] = {{"text/plain", 64}, {"text/large", 100}, {"Text/Large; charset=utf-8", 100}, {"text/larger", 64}};
    char text[BYTES];
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (size_t bytes = rows[i].most; bytes <= rows[i].most + 1; bytes++) {
            bool good = bytes <= rows[i].most;
            int len = snprintf(text, sizeof text,
                               "PUT / HTTP/1.1\r\n" H "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%0*d",
                               rows[i].type, bytes, (int)bytes, 0);
            run_all_ways(str_of(text, (size_t)len), &out);
            assert_int_equal(out.parsed, good ? HTTP_PARSED_REQUEST : HTTP_PARSED_REFUSED);
            assert_int_equal(out.status, good ? 0 : 413);
            len = snprintf(text, sizeof text,
                           "PUT / HTTP/1.1\r\n" H
                           "Transfer-Encoding: chunked\r\nContent-Type: %s\r\n\r\n%zx\r\n%0*d\r\n0\r\n\r\n",
                           rows[i].type, bytes, (int)bytes, 0);
            run_all_ways(str_of(text, (size_t)len), &out);
            assert_int_equal(out.status, good ? 0 : 413);
        }
    }
}

static void values_are_trimmed_and_found_by_name(void **state)
{
    (void)state;
    static struct outcome out;
    run(STR("GET / HTTP/1.1\r\nHost: a\r\nX-One: \t b c\t \r\nx-one: d\r\nEmpty:  \r\n\r\n"), BYTES, 1, &out);
    assert_int_equal(out.parsed, HTTP_PARSED_REQUEST);
    assert_true(str_is(http_header_get(&out.request, "X-ONE"), "b c"));
    assert_true(str_is(out.headers[1].name, "X-One"));
    assert_int_equal(http_header_get(&out.request, "empty").len, 0);
    assert_non_null(http_header_get(&out.request, "empty").ptr);
    assert_null(http_header_get(&out.request, "absent").ptr);
}

static void small_chunks_take_no_more_room_than_their_data(void **state)
{
    (void)state;
    static const struct str HEAD = STR_INIT(TE);
    struct http_field fields[FIELDS];
    struct http_parser parser;
    http_parser_init(&parser, &LIMITS, fields);
    char bytes[BYTES];
    memcpy(bytes, HEAD.ptr, HEAD.len);
    size_t len = HEAD.len;
    assert_int_equal(http_parse(&parser, bytes, &len), HTTP_PARSED_HEAD);
    for (size_t i = 0; i < LIMITS.body_bytes; i++) {
        static const struct str CHUNK = STR_INIT("1;a-long-extension-of-nothing\r\na\r\n");
        memcpy(bytes + len, CHUNK.ptr, CHUNK.len);
        len += CHUNK.len;
        assert_int_equal(http_parse(&parser, bytes, &len), HTTP_PARSED_MORE);
        assert_int_equal(len, HEAD.len + i + 1);
    }
}

static void an_empty_line_is_not_a_request_yet(void **state)
{
    (void)state;
    struct http_field fields[FIELDS];
    struct http_parser parser;
    http_parser_init(&parser, &LIMITS, fields);
    char bytes[] = "\r\nG";
    size_t len = 2;
    assert_false(http_parser_begun(&parser, 0));
    assert_int_equal(http_parse(&parser, bytes, &len), HTTP_PARSED_MORE);
    assert_false(http_parser_begun(&parser, 2));
    assert_true(http_parser_begun(&parser, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_refused_form_is_refused),
        cmocka_unit_test(every_accepted_form_is_understood),
        cmocka_unit_test(every_part_of_a_request_wants_more),
        cmocka_unit_test(a_request_ends_where_the_next_begins),
        cmocka_unit_test(limits_are_exact),
        cmocka_unit_test(one_media_type_may_have_longer_bodies),
        cmocka_unit_test(values_are_trimmed_and_found_by_name),
        cmocka_unit_test(small_chunks_take_no_more_room_than_their_data),
        cmocka_unit_test(an_empty_line_is_not_a_request_yet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "common/http/http_internal.h"

#include "common/base/alloc.h"
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Connections taken in one turn, so that a flood of them leaves time for the requests. */
enum { ACCEPTS_PER_TURN = 64 };
static const int64_t ACCEPT_RETRY_US = INT64_C(100) * 1000;
/* Offsets into a request are 32 bits. */
static const size_t REQUEST_BYTES_MAX = (size_t)1 << 30;

void http_server_defaults(struct http_server_options *options)
{
    *options = (struct http_server_options){
        .bind_address = "127.0.0.1",
        .backlog = 1024,
        .max_connections = 10000,
        .max_request_line_bytes = 8192,
        .max_header_bytes = 16384,
        .max_headers = 100,
        .max_body_bytes = (size_t)10 << 20,
        .max_pipelined = 16,
        .header_timeout_us = INT64_C(10) * 1000000,
        .body_timeout_us = INT64_C(10) * 1000000,
        .body_min_bytes_per_s = 1024,
        .idle_timeout_us = INT64_C(65) * 1000000,
        .write_timeout_us = INT64_C(30) * 1000000,
    };
}

/* ---- the listening socket ---- */

static bool set_options(int fd, const struct http_server_options *options, int family)
{
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) {
        return false;
    }
    /* "::" takes IPv4 clients too, whatever the machine's default is. */
    int off = 0;
    if (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0) {
        return false;
    }
    return !options->reuse_port || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0;
}

static int listen_on(const struct addrinfo *at, const struct http_server_options *options)
{
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    if (!set_options(fd, options, at->ai_family) || bind(fd, at->ai_addr, at->ai_addrlen) != 0 ||
        listen(fd, options->backlog) != 0) {
        int cause = errno;
        close(fd);
        errno = cause;
        return -1;
    }
    return fd;
}

static int open_listener(const struct http_server_options *options, struct err *err)
{
    char port[8];
    snprintf(port, sizeof port, "%u", (unsigned)options->port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *found = NULL;
    if (getaddrinfo(options->bind_address, port, &hints, &found) != 0) {
        (void)err_fail(err, ERR_UNAVAILABLE, 0, "\"%s\" is not a numeric address to listen on", options->bind_address);
        return -1;
    }
    int fd = listen_on(found, options);
    int cause = errno;
    freeaddrinfo(found);
    if (fd < 0) {
        (void)err_fail(err, ERR_UNAVAILABLE, 0, "Cannot listen on %s port %s: %s", options->bind_address, port,
                       strerrordesc_np(cause));
    }
    return fd;
}

static uint16_t port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {.v6 = {0}};
    socklen_t len = sizeof address;
    if (getsockname(fd, &address.any, &len) != 0) {
        return 0;
    }
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

/* An IPv4 client of an IPv6 socket is shown as the IPv4 client that it is. */
static void peer_text(const struct sockaddr_storage *address, char *out, size_t size)
{
    out[0] = '\0';
    if (address->ss_family == AF_INET) {
        inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, out, (socklen_t)size);
    } else if (address->ss_family == AF_INET6) {
        const struct in6_addr *ip = &((const struct sockaddr_in6 *)address)->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(ip)) {
            inet_ntop(AF_INET, ip->s6_addr + 12, out, (socklen_t)size);
        } else {
            inet_ntop(AF_INET6, ip, out, (socklen_t)size);
        }
    }
}

/* ---- accepting ---- */

static bool has_room(const struct http_server *server)
{
    return server->connection_count < server->options.max_connections;
}

static void settle_listener(struct http_server *server)
{
    if (server->fd >= 0) {
        loop_io_want(&server->io, has_room(server) && !server->retry.pending ? LOOP_READ : 0);
    }
}

static void server_on_retry(void *context)
{
    settle_listener(context);
}

/* False when there is none to be had now. */
static bool accept_one(struct http_server *server)
{
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof address;
    int fd = accept4(server->fd, (struct sockaddr *)&address, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        char peer[HTTP_PEER_BYTES];
        peer_text(&address, peer, sizeof peer);
        http_connection_new(server, fd, peer);
        return true;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        /* The waiting client keeps the listener ready: without a pause this would spin. */
        loop_timer_start(&server->retry, ACCEPT_RETRY_US);
        return false;
    }
    /* Anything but "none left" is that one client's trouble. */
    return errno != EAGAIN && errno != EWOULDBLOCK;
}

static void server_on_ready(void *context, int ready)
{
    (void)ready;
    struct http_server *server = context;
    for (int i = 0; i < ACCEPTS_PER_TURN && has_room(server); i++) {
        if (!accept_one(server)) {
            break;
        }
    }
    settle_listener(server);
}

/* ---- the server ---- */

static void server_on_drained(void *context)
{
    struct http_server *server = context;
    server->on_drained(server->on_drained_context);
}

struct http_server *http_server_new(struct loop *loop, const struct http_server_options *options, struct err *err)
{
    assert(options->handler != NULL && options->max_pipelined > 0 && options->max_connections > 0);
    assert(options->max_request_line_bytes < REQUEST_BYTES_MAX && options->max_header_bytes < REQUEST_BYTES_MAX &&
           options->max_body_bytes < REQUEST_BYTES_MAX && options->max_large_body_bytes < REQUEST_BYTES_MAX);
    int fd = open_listener(options, err);
    if (fd < 0) {
        return NULL;
    }
    struct http_server *server = xcalloc(1, sizeof *server);
    server->loop = loop;
    server->options = *options;
    server->limits = (struct http_limits){.request_line_bytes = options->max_request_line_bytes,
                                          .header_bytes = options->max_header_bytes,
                                          .headers = options->max_headers,
                                          .body_bytes = options->max_body_bytes,
                                          .large_body_type = options->large_body_type,
                                          .large_body_bytes = options->max_large_body_bytes};
    server->fd = fd;
    server->port = port_of(fd);
    list_init(&server->connections);
    list_init(&server->closed);
    list_init(&server->orphans);
    list_init(&server->free_blocks);
    list_init(&server->free_fields);
    list_init(&server->free_exchanges);
    server->drained_task = (struct loop_task){.callback = server_on_drained, .context = server};
    loop_timer_init(&server->retry, loop, server_on_retry, server);
    loop_io_init(&server->io, loop, fd, server_on_ready, server);
    settle_listener(server);
    return server;
}

uint16_t http_server_port(const struct http_server *server)
{
    return server->port;
}

static void stop_listening(struct http_server *server)
{
    if (server->fd >= 0) {
        loop_timer_release(&server->retry);
        loop_io_release(&server->io);
        close(server->fd);
        server->fd = -1;
    }
}

static void look_if_drained(struct http_server *server)
{
    if (server->draining && !server->drained && list_empty(&server->connections) && list_empty(&server->orphans)) {
        server->drained = true;
        loop_defer(server->loop, &server->drained_task);
    }
}

void http_server_on_gone(struct http_server *server)
{
    settle_listener(server);
    look_if_drained(server);
}

void http_server_drain(struct http_server *server, loop_callback drained, void *context)
{
    if (server->draining) {
        return;
    }
    /* Closing a listener resets those who wait in its queue, so they are let in first. */
    while (server->fd >= 0 && has_room(server) && accept_one(server)) {
    }
    stop_listening(server);
    server->draining = true;
    server->on_drained = drained;
    server->on_drained_context = context;
    LIST_EACH(link, after, &server->connections)
    {
        http_connection_drain(LIST_ENTRY(link, struct http_connection, link));
    }
    look_if_drained(server);
}

void http_server_free(struct http_server *server)
{
    if (server == NULL) {
        return;
    }
    stop_listening(server);
    server->draining = false;
    LIST_EACH(link, after, &server->connections)
    {
        http_connection_close(LIST_ENTRY(link, struct http_connection, link));
    }
    LIST_EACH(link, after, &server->closed)
    {
        http_connection_free(LIST_ENTRY(link, struct http_connection, link));
    }
    struct list *link = NULL;
    while ((link = list_pop_front(&server->orphans)) != NULL) {
        LIST_ENTRY(link, struct http_exchange_slot, link)->server = NULL;
    }
    loop_undefer(&server->drained_task);
    http_pools_release(server);
    free(server);
}

static uint64_t counter(const _Atomic uint64_t *at)
{
    return atomic_load_explicit(at, memory_order_relaxed);
}

void http_server_stats(const struct http_server *server, struct http_server_stats *out)
{
    *out = (struct http_server_stats){
        .connections_open = counter(&server->connections_open),
        .connections_accepted = counter(&server->connections_accepted),
        .requests = counter(&server->requests),
        .refused = counter(&server->refused),
    };
}

/*
 * The receiver of the bench: as little work as a receiver can do, so that what is measured is the sender. HTTP/1.1,
 * keep-alive, one thread; answers each request with 204 once its body is there.
 *
 *   sink EXPECTED [CERT KEY]    with a certificate: TLS, and each connection is closed after its answer
 *
 * Prints its port, then, whenever EXPECTED more requests have come, "COUNT SECONDS": the time from the first of them to
 * the last. Ends with its standard input.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 64 * 1024, FDS_MAX = 65536 };

struct peer {
    int fd;
    SSL *tls;
    size_t used;
    char bytes[BUFFER];
};

static struct peer *peers[FDS_MAX];
static SSL_CTX *context;
static long expected;
static long count;
static double first;

static double now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static void drop(struct peer *peer)
{
    peers[peer->fd] = NULL;
    if (peer->tls != NULL) {
        SSL_free(peer->tls);
    }
    close(peer->fd);
    free(peer);
}

static void counted(void)
{
    double at = now();
    if (count == 0) {
        first = at;
    }
    if (++count == expected) {
        printf("%ld %.6f\n", count, at - first);
        fflush(stdout);
        count = 0;
    }
}

static bool answer(struct peer *peer)
{
    static const char keep[] = "HTTP/1.1 204 No Content\r\n\r\n";
    static const char last[] = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
    counted();
    if (peer->tls == NULL) {
        return write(peer->fd, keep, sizeof(keep) - 1) == (ssize_t)(sizeof(keep) - 1);
    }
    if (SSL_write(peer->tls, last, sizeof(last) - 1) > 0) {
        SSL_shutdown(peer->tls);
    }
    return false;
}

/* The bytes of the first request in the buffer, 0 when it is not whole. */
static size_t request_length(const struct peer *peer)
{
    const char *end = memmem(peer->bytes, peer->used, "\r\n\r\n", 4);
    if (end == NULL) {
        return 0;
    }
    size_t length = (size_t)(end - peer->bytes) + 4;
    for (const char *line = peer->bytes; line < end; line = (const char *)memchr(line, '\n', length) + 1) {
        if (strncasecmp(line, "content-length:", 15) == 0) {
            length += strtoul(line + 15, NULL, 10);
            break;
        }
    }
    return length <= peer->used ? length : 0;
}

static ssize_t take_bytes(struct peer *peer)
{
    size_t room = sizeof(peer->bytes) - peer->used;
    if (peer->tls == NULL) {
        return read(peer->fd, peer->bytes + peer->used, room);
    }
    if (!SSL_is_init_finished(peer->tls)) {
        int done = SSL_accept(peer->tls);
        if (done != 1) {
            int why = SSL_get_error(peer->tls, done);
            errno = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? EAGAIN : EIO;
            return -1;
        }
    }
    int got = SSL_read(peer->tls, peer->bytes + peer->used, (int)room);
    errno = got <= 0 && SSL_get_error(peer->tls, got) == SSL_ERROR_WANT_READ ? EAGAIN : EIO;
    return got <= 0 && errno != EAGAIN ? 0 : got;
}

static void serve(struct peer *peer)
{
    for (;;) {
        ssize_t got = take_bytes(peer);
        if (got < 0 && errno == EAGAIN) {
            return;
        }
        if (got <= 0) {
            drop(peer);
            return;
        }
        peer->used += (size_t)got;
        for (size_t length; (length = request_length(peer)) > 0;) {
            if (!answer(peer)) {
                drop(peer);
                return;
            }
            peer->used -= length;
            memmove(peer->bytes, peer->bytes + length, peer->used);
        }
    }
}

static void welcome(int listener, int poll)
{
    static const int on = 1;
    for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
        if (fd >= FDS_MAX) {
            close(fd);
            continue;
        }
        struct peer *peer = calloc(1, sizeof(*peer));
        peer->fd = fd;
        if (context != NULL) {
            peer->tls = SSL_new(context);
            SSL_set_fd(peer->tls, fd);
        }
        peers[fd] = peer;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        epoll_ctl(poll, EPOLL_CTL_ADD, fd, &(struct epoll_event){.events = EPOLLIN, .data.fd = fd});
    }
}

static int listen_somewhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 4096) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
        perror("sink");
        exit(1);
    }
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    expected = argc > 1 ? strtol(argv[1], NULL, 10) : 1;
    if (argc > 3) {
        context = SSL_CTX_new(TLS_server_method());
        if (SSL_CTX_use_certificate_file(context, argv[2], SSL_FILETYPE_PEM) != 1 ||
            SSL_CTX_use_PrivateKey_file(context, argv[3], SSL_FILETYPE_PEM) != 1) {
            return 1;
        }
        /* No resumption, so that every connection is a whole handshake. */
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_num_tickets(context, 0);
        SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    }
    int listener = listen_somewhere();
    int poll = epoll_create1(0);
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &(struct epoll_event){.events = EPOLLIN, .data.fd = listener});
    epoll_ctl(poll, EPOLL_CTL_ADD, 0, &(struct epoll_event){.events = EPOLLIN | EPOLLHUP, .data.fd = 0});
    for (;;) {
        struct epoll_event events[64];
        int ready = epoll_wait(poll, events, 64, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == 0) {
                return 0;
            }
            if (fd == listener) {
                welcome(listener, poll);
            } else if (peers[fd] != NULL) {
                serve(peers[fd]);
            }
        }
    }
}

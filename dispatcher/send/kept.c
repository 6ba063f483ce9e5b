#include "dispatcher/send/kept.h"
#include "common/base/alloc.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { PORTS = 65536 };

/* One connection a port: of two to different receivers that share one, the newer. */
struct kept {
    int fds[PORTS]; /* one more than the descriptor; 0 = none */
};

struct kept *kept_new(void)
{
    return xcalloc(1, sizeof(struct kept));
}

void kept_free(struct kept *kept)
{
    free(kept);
}

/* The port, or -1; the address as text when `ip` is not NULL. */
static int name_of(const struct sockaddr_storage *address, char *ip)
{
    if (address->ss_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof(v4));
        bool named = ip == NULL || inet_ntop(AF_INET, &v4.sin_addr, ip, INET6_ADDRSTRLEN) != NULL;
        return named ? ntohs(v4.sin_port) : -1;
    }
    if (address->ss_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof(v6));
        bool named = ip == NULL || inet_ntop(AF_INET6, &v6.sin6_addr, ip, INET6_ADDRSTRLEN) != NULL;
        return named ? ntohs(v6.sin6_port) : -1;
    }
    return -1;
}

static int local_port_of(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof(address);
    return getsockname(fd, (struct sockaddr *)&address, &size) == 0 ? name_of(&address, NULL) : -1;
}

/* One that was reset has no peer any more: it is the one that was asked for all the same. */
static bool leads_elsewhere(int fd, const char *ip, int port)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof(address);
    char text[INET6_ADDRSTRLEN];
    if (getpeername(fd, (struct sockaddr *)&address, &size) != 0) {
        return errno != ENOTCONN;
    }
    return name_of(&address, text) != port || strcmp(text, ip) != 0;
}

/* Nothing has come, neither bytes nor an end nor a reset. */
static bool is_quiet(int fd)
{
    char byte;
    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EINTR);
}

void kept_remember(struct kept *kept, int fd)
{
    int port = local_port_of(fd);
    if (port > 0) {
        kept->fds[port] = fd + 1;
    }
}

bool kept_is_spoilt(const struct kept *kept, const char *peer_ip, int peer_port, int local_port)
{
    int fd = local_port > 0 && local_port < PORTS ? kept->fds[local_port] - 1 : -1;
    return fd >= 0 && local_port_of(fd) == local_port && !leads_elsewhere(fd, peer_ip, peer_port) && !is_quiet(fd);
}

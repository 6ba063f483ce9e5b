#include "common/redis/redis_link.h"

#include "common/observe/log.h"
#include <assert.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/socket.h>

enum {
    ARGS_MAX = 64,
    BACK_OFF_LEAST_US = 50 * 1000,
    BACK_OFF_MOST_US = 2000 * 1000,
    CONNECT_LIMIT_US = 5000 * 1000,
    GOOD_AFTER_US = 1000 * 1000 /* a connection that lived for so long was a good one */
};

static void enter(struct redis_link *link, enum redis_link_state state)
{
    static const bool allowed[4][4] = {
        [REDIS_LINK_IDLE] = {[REDIS_LINK_WAITING] = true},
        [REDIS_LINK_WAITING] = {[REDIS_LINK_CONNECTING] = true, [REDIS_LINK_IDLE] = true},
        [REDIS_LINK_CONNECTING] = {[REDIS_LINK_UP] = true, [REDIS_LINK_WAITING] = true, [REDIS_LINK_IDLE] = true},
        [REDIS_LINK_UP] = {[REDIS_LINK_WAITING] = true, [REDIS_LINK_IDLE] = true},
    };
    assert(allowed[link->state][state]);
    link->state = state;
}

/* ---- what hiredis asks of an event library ---- */

static void want(struct redis_link *link, int add, int remove)
{
    if (link->io.event != NULL) {
        loop_io_want(&link->io, (link->io.wanted | add) & ~remove);
    }
}

static void hook_add_read(void *context)
{
    want(context, LOOP_READ, 0);
}

static void hook_del_read(void *context)
{
    want(context, 0, LOOP_READ);
}

static void hook_add_write(void *context)
{
    struct redis_link *link = context;
    if (link->state == REDIS_LINK_UP && !link->flushing) {
        loop_defer(link->loop, &link->flush);
    } else {
        want(link, LOOP_WRITE, 0);
    }
}

static void hook_del_write(void *context)
{
    want(context, 0, LOOP_WRITE);
}

/* Called each time a context is freed, whoever does it. */
static void hook_cleanup(void *context)
{
    struct redis_link *link = context;
    loop_io_release(&link->io);
    loop_undefer(&link->flush);
    link->ac = NULL;
    loop_defer(link->loop, &link->settle);
}

/* Nearly always the socket takes it all; otherwise hiredis asks to be told when it takes more. */
static void link_on_flush(void *context)
{
    struct redis_link *link = context;
    link->flushing = true;
    redisAsyncHandleWrite(link->ac);
    link->flushing = false;
}

static void link_on_io(void *context, int ready)
{
    struct redis_link *link = context;
    if ((ready & LOOP_WRITE) != 0) {
        redisAsyncHandleWrite(link->ac);
    }
    if (link->ac != NULL && (ready & LOOP_READ) != 0) {
        redisAsyncHandleRead(link->ac);
    }
}

/* ---- losing ---- */

static int64_t jittered(int64_t us)
{
    uint32_t dice = 0;
    ssize_t got = getrandom(&dice, sizeof dice, GRND_NONBLOCK);
    (void)got; /* without luck there is no jitter */
    return us / 2 + (int64_t)(dice % (uint32_t)(us / 2 + 1));
}

static void note_loss(struct redis_link *link, const char *reason)
{
    if (!link->quiet) {
        log_begin(LOG_LEVEL_WARN, "redis_connection_lost");
        log_str("link", str_from(link->name));
        log_str("reason", str_from(reason));
        log_end();
        link->quiet = true;
    }
}

void redis_link_lose(struct redis_link *link, const char *reason)
{
    note_loss(link, reason);
    loop_defer(link->loop, &link->settle);
}

static void link_on_settle(void *context)
{
    struct redis_link *link = context;
    if (link->ac != NULL) {
        redisAsyncFree(link->ac);
    }
    loop_undefer(&link->settle);
    if (link->state == REDIS_LINK_WAITING || link->state == REDIS_LINK_IDLE) {
        return;
    }
    bool was_up = link->state == REDIS_LINK_UP;
    note_loss(link, "the connection was closed");
    if (was_up && loop_now_us(link->loop) - link->up_since_us > GOOD_AFTER_US) {
        link->delay_us = BACK_OFF_LEAST_US;
    }
    enter(link, REDIS_LINK_WAITING);
    loop_timer_start(&link->timer, jittered(link->delay_us));
    link->delay_us = link->delay_us * 2 > BACK_OFF_MOST_US ? BACK_OFF_MOST_US : link->delay_us * 2;
    if (was_up) {
        link->on_down(link->context);
    }
}

/* ---- greeting ---- */

/* The text of an error reply from a greeting; it repeats no password. */
static void greeting_failed(struct redis_link *link, const redisReply *reply)
{
    redis_link_lose(link, reply == NULL ? "the connection was closed" : reply->str);
}

static void link_on_setup(redisAsyncContext *ac, void *reply, void *context)
{
    (void)ac;
    const redisReply *answer = reply;
    if (answer == NULL || answer->type == REDIS_REPLY_ERROR) {
        greeting_failed(context, answer);
    }
}

static void link_on_pong(redisAsyncContext *ac, void *reply, void *context)
{
    (void)ac;
    struct redis_link *link = context;
    const redisReply *answer = reply;
    if (answer == NULL || answer->type == REDIS_REPLY_ERROR) {
        greeting_failed(link, answer);
        return;
    }
    if (link->state != REDIS_LINK_CONNECTING || list_linked(&link->settle.link)) {
        return; /* AUTH or SELECT was refused: it is on its way out */
    }
    loop_timer_stop(&link->timer);
    enter(link, REDIS_LINK_UP);
    link->up_since_us = loop_now_us(link->loop);
    link->quiet = false;
    log_begin(LOG_LEVEL_INFO, "redis_connected");
    log_str("link", str_from(link->name));
    log_end();
    link->on_up(link->context);
}

static bool greet(struct redis_link *link)
{
    const struct redis_address *address = &link->address;
    bool good = true;
    if (address->password != NULL) {
        struct str user = str_from(address->user);
        struct str argv[3] = {STR("AUTH"), user, str_from(address->password)};
        if (address->user == NULL) {
            argv[1] = argv[2];
        }
        good = redis_link_send(link, link_on_setup, link, argv, address->user == NULL ? 2 : 3);
    }
    if (address->db != 0) {
        char number[16];
        snprintf(number, sizeof number, "%d", address->db);
        struct str argv[2] = {STR("SELECT"), str_from(number)};
        good = good && redis_link_send(link, link_on_setup, link, argv, 2);
    }
    return good && redis_link_send(link, link_on_pong, link, &STR("PING"), 1);
}

static void link_on_connect(const redisAsyncContext *ac, int status)
{
    struct redis_link *link = ac->data;
    if (status != REDIS_OK) {
        note_loss(link, ac->c.errstr[0] != '\0' ? ac->c.errstr : "it could not be made");
    } else if (!greet(link)) {
        redis_link_lose(link, "the greeting could not be sent");
    }
}

/* ---- connecting ---- */

static void tune_socket(const struct redis_link *link)
{
    int fd = link->ac->c.fd;
    /* hiredis leaves the socket open in programs that we start. */
    int flags = fcntl(fd, F_GETFD);
    if (flags >= 0) {
        fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
    }
    if (link->address.path == NULL) {
        static const int on = 1;
        static const int idle_s = 15;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
        setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
    }
}

static void connect_now(struct redis_link *link)
{
    enter(link, REDIS_LINK_CONNECTING);
    const struct redis_address *address = &link->address;
    redisAsyncContext *ac =
        address->path != NULL ? redisAsyncConnectUnix(address->path) : redisAsyncConnect(address->host, address->port);
    if (ac == NULL || ac->err != 0) {
        redis_link_lose(link, ac == NULL ? "no memory" : ac->errstr);
        if (ac != NULL) {
            redisAsyncFree(ac);
        }
        return;
    }
    link->ac = ac;
    tune_socket(link);
    loop_io_init(&link->io, link->loop, ac->c.fd, link_on_io, link);
    ac->data = link;
    ac->ev.data = link;
    ac->ev.addRead = hook_add_read;
    ac->ev.delRead = hook_del_read;
    ac->ev.addWrite = hook_add_write;
    ac->ev.delWrite = hook_del_write;
    ac->ev.cleanup = hook_cleanup;
    loop_timer_start(&link->timer, CONNECT_LIMIT_US);
    redisAsyncSetConnectCallback(ac, link_on_connect);
}

static void link_on_time(void *context)
{
    struct redis_link *link = context;
    if (link->state == REDIS_LINK_WAITING) {
        connect_now(link);
    } else {
        redis_link_lose(link, "connecting took too long");
    }
}

void redis_link_init(struct redis_link *link, struct loop *loop, const struct redis_address *address, const char *name,
                     void (*on_up)(void *context), void (*on_down)(void *context), void *context)
{
    *link = (struct redis_link){.loop = loop,
                                .address = *address,
                                .delay_us = BACK_OFF_LEAST_US,
                                .name = name,
                                .on_up = on_up,
                                .on_down = on_down,
                                .context = context};
    link->settle = (struct loop_task){.callback = link_on_settle, .context = link};
    link->flush = (struct loop_task){.callback = link_on_flush, .context = link};
    loop_timer_init(&link->timer, loop, link_on_time, link);
    enter(link, REDIS_LINK_WAITING);
    loop_timer_start(&link->timer, 0);
}

void redis_link_release(struct redis_link *link)
{
    enter(link, REDIS_LINK_IDLE);
    if (link->ac != NULL) {
        redisAsyncFree(link->ac);
    }
    loop_undefer(&link->settle);
    loop_undefer(&link->flush);
    loop_timer_release(&link->timer);
    redis_address_release(&link->address);
}

bool redis_link_send(struct redis_link *link, redisCallbackFn *on_reply, void *context, const struct str *argv,
                     size_t argc)
{
    const char *pointers[ARGS_MAX];
    size_t lengths[ARGS_MAX];
    if (link->ac == NULL || argc == 0 || argc > ARGS_MAX) {
        return false;
    }
    for (size_t i = 0; i < argc; i++) {
        pointers[i] = argv[i].ptr == NULL ? "" : argv[i].ptr;
        lengths[i] = argv[i].len;
    }
    return redisAsyncCommandArgv(link->ac, on_reply, context, (int)argc, pointers, lengths) == REDIS_OK;
}

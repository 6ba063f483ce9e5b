#include "common/pg/pg_dial.h"

#include "common/observe/log.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

enum {
    BACK_OFF_LEAST_US = 50 * 1000,
    BACK_OFF_MOST_US = 2000 * 1000,
    CONNECT_LIMIT_US = 5000 * 1000,
    /* A connection that lived for so long was a good one: the next back-off starts from the least again. */
    GOOD_AFTER_US = 1000 * 1000
};

static void enter(struct pg_dial *dial, enum pg_dial_state state)
{
    static const bool allowed[4][4] = {
        [PG_DIAL_IDLE] = {[PG_DIAL_WAITING] = true, [PG_DIAL_IDLE] = true},
        [PG_DIAL_WAITING] = {[PG_DIAL_CONNECTING] = true, [PG_DIAL_IDLE] = true},
        [PG_DIAL_CONNECTING] = {[PG_DIAL_UP] = true, [PG_DIAL_WAITING] = true, [PG_DIAL_IDLE] = true},
        [PG_DIAL_UP] = {[PG_DIAL_WAITING] = true, [PG_DIAL_IDLE] = true},
    };
    assert(allowed[dial->state][state]);
    dial->state = state;
}

/* Between half and all of `us`, so that many connections do not come back in step. */
static int64_t jittered(int64_t us)
{
    uint32_t dice = 0;
    ssize_t got = getrandom(&dice, sizeof dice, GRND_NONBLOCK);
    (void)got; /* without luck there is no jitter */
    return us / 2 + (int64_t)(dice % (uint32_t)(us / 2 + 1));
}

/*
 * libpq closes its socket by itself: between the addresses of a host, and in the middle of any call that finds the
 * other end gone. A descriptor that is opened next then gets that number while the loop still watches it, and would be
 * taken for one that is watched already: it would never be heard of. So what the loop watches is a duplicate of our
 * own.
 */
static void forget_socket(struct pg_dial *dial)
{
    loop_io_release(&dial->io);
    if (dial->watched >= 0) {
        close(dial->watched);
        dial->watched = -1;
    }
}

static void close_connection(struct pg_dial *dial)
{
    loop_timer_stop(&dial->timer);
    forget_socket(dial);
    PQfinish(dial->conn);
    dial->conn = NULL;
}

void pg_dial_again(struct pg_dial *dial, const char *reason)
{
    if (!dial->quiet) {
        log_begin(LOG_LEVEL_WARN, "pg_connection_lost");
        log_str("pool", str_from(dial->name));
        log_str("reason", str_from(reason));
        log_end();
        dial->quiet = true;
    }
    if (dial->state == PG_DIAL_UP && loop_now_us(dial->loop) - dial->up_since_us > GOOD_AFTER_US) {
        dial->delay_us = BACK_OFF_LEAST_US;
    }
    close_connection(dial);
    enter(dial, PG_DIAL_WAITING);
    loop_timer_start(&dial->timer, jittered(dial->delay_us));
    dial->delay_us = dial->delay_us * 2 > BACK_OFF_MOST_US ? BACK_OFF_MOST_US : dial->delay_us * 2;
}

static void dial_on_ready(void *context, int ready);

static void failed(struct pg_dial *dial, const char *why)
{
    char reason[200];
    pg_first_line(reason, sizeof reason, why);
    pg_dial_again(dial, reason);
}

/* False when there is no descriptor for it: the connection is given up. */
static bool watch_socket(struct pg_dial *dial, int wanted)
{
    dial->watched = fcntl(PQsocket(dial->conn), F_DUPFD_CLOEXEC, 0);
    if (dial->watched < 0) {
        failed(dial, strerror(errno));
        return false;
    }
    loop_io_init(&dial->io, dial->loop, dial->watched, dial_on_ready, dial);
    loop_io_want(&dial->io, wanted);
    return true;
}

static void become_up(struct pg_dial *dial)
{
    if (!watch_socket(dial, LOOP_READ)) {
        return;
    }
    loop_timer_stop(&dial->timer);
    enter(dial, PG_DIAL_UP);
    dial->up_since_us = loop_now_us(dial->loop);
    dial->quiet = false;
    log_begin(LOG_LEVEL_INFO, "pg_connected");
    log_str("pool", str_from(dial->name));
    log_int("backend", PQbackendPID(dial->conn));
    log_end();
    dial->on_up(dial->context);
}

static void poll_connect(struct pg_dial *dial)
{
    forget_socket(dial);
    switch (PQconnectPoll(dial->conn)) {
    case PGRES_POLLING_OK: become_up(dial); break;
    case PGRES_POLLING_READING: watch_socket(dial, LOOP_READ); break;
    case PGRES_POLLING_WRITING: watch_socket(dial, LOOP_WRITE); break;
    case PGRES_POLLING_FAILED:
    case PGRES_POLLING_ACTIVE: failed(dial, PQerrorMessage(dial->conn)); break;
    }
}

static void dial_on_ready(void *context, int ready)
{
    struct pg_dial *dial = context;
    if (dial->state == PG_DIAL_CONNECTING) {
        poll_connect(dial);
    } else {
        dial->on_io(dial->context, ready);
    }
}

static void connect_now(struct pg_dial *dial)
{
    enter(dial, PG_DIAL_CONNECTING);
    dial->conn = pg_conninfo_start(dial->info);
    if (dial->conn == NULL || PQstatus(dial->conn) == CONNECTION_BAD) {
        failed(dial, PQerrorMessage(dial->conn));
        return;
    }
    loop_timer_start(&dial->timer, CONNECT_LIMIT_US);
    /* The rule of libpq: behave as if PQconnectPoll had last said "writing". */
    watch_socket(dial, LOOP_WRITE);
}

static void dial_on_time(void *context)
{
    struct pg_dial *dial = context;
    if (dial->state == PG_DIAL_WAITING) {
        connect_now(dial);
    } else {
        pg_dial_again(dial, "connecting took too long");
    }
}

void pg_dial_init(struct pg_dial *dial, struct loop *loop, const struct pg_conninfo *info, const char *name,
                  void (*on_up)(void *context), void (*on_io)(void *context, int ready), void *context)
{
    *dial = (struct pg_dial){.loop = loop,
                             .info = info,
                             .watched = -1,
                             .name = name,
                             .delay_us = BACK_OFF_LEAST_US,
                             .on_up = on_up,
                             .on_io = on_io,
                             .context = context};
    loop_timer_init(&dial->timer, loop, dial_on_time, dial);
}

void pg_dial_start(struct pg_dial *dial)
{
    enter(dial, PG_DIAL_WAITING);
    loop_timer_start(&dial->timer, 0);
}

void pg_dial_release(struct pg_dial *dial)
{
    close_connection(dial);
    enter(dial, PG_DIAL_IDLE);
    loop_timer_release(&dial->timer);
}

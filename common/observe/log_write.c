#include "common/observe/log_write.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* How long a reader that stalls may hold us up, once; after that we wait for nothing until it reads again. */
enum { PATIENCE_MS = 100 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool may_stall = true; /* a pipe, a socket or a terminal: not a file */
static bool stalled;
static bool torn; /* the last line written was cut in the middle */
static uint64_t dropped;

void log_write_init(void)
{
    struct stat info;
    may_stall = fstat(STDERR_FILENO, &info) != 0 || !S_ISREG(info.st_mode);
}

/* A pipe that polls as writable takes PIPE_BUF bytes without blocking, even when it is a blocking one. */
static bool room(void)
{
    if (!may_stall) {
        return true;
    }
    struct pollfd poll_fd = {.fd = STDERR_FILENO, .events = POLLOUT};
    int ready = 0;
    do {
        ready = poll(&poll_fd, 1, stalled ? 0 : PATIENCE_MS);
    } while (ready < 0 && errno == EINTR);
    stalled = ready <= 0;
    return ready > 0;
}

/* False when it could not all be written; `*written` says how much was. */
static bool write_all(struct str bytes, size_t *written)
{
    *written = 0;
    while (*written < bytes.len) {
        if (!room()) {
            return false;
        }
        size_t piece = bytes.len - *written;
        if (may_stall && piece > PIPE_BUF) {
            piece = PIPE_BUF;
        }
        ssize_t put = write(STDERR_FILENO, bytes.ptr + *written, piece);
        if (put > 0) {
            *written += (size_t)put;
        } else if (put == 0 || (errno != EINTR && errno != EAGAIN)) {
            return false;
        }
    }
    return true;
}

/* Whole lines up to PIPE_BUF bytes, which a pipe takes in one piece, unmixed with other programs' lines; a longer line
 * alone. */
static struct str batch_next(struct str lines)
{
    if (!may_stall || lines.len <= PIPE_BUF) {
        return lines;
    }
    const char *last = memrchr(lines.ptr, '\n', PIPE_BUF);
    if (last == NULL) {
        last = memchr(lines.ptr, '\n', lines.len);
    }
    return last == NULL ? lines : str_slice(lines, 0, (size_t)(last - lines.ptr) + 1);
}

static uint64_t lines_in(struct str text)
{
    uint64_t count = 0;
    for (size_t at = 0; at < text.len; at++) {
        count += text.ptr[at] == '\n' ? 1 : 0;
    }
    return count;
}

static bool write_notes(void)
{
    size_t written = 0;
    if (torn && !write_all(STR("\n"), &written)) {
        return false;
    }
    torn = false;
    if (dropped > 0) {
        char note[96];
        int len = snprintf(note, sizeof note, "{\"level\":\"warn\",\"event\":\"log_lines_dropped\",\"count\":%llu}\n",
                           (unsigned long long)dropped);
        if (!write_all(str_of(note, (size_t)len), &written)) {
            torn = written > 0;
            return false;
        }
        dropped = 0;
    }
    return true;
}

void log_write(struct str lines)
{
    pthread_mutex_lock(&lock);
    bool open = write_notes();
    while (lines.len > 0) {
        struct str batch = batch_next(lines);
        size_t written = 0;
        if (!open || !write_all(batch, &written)) {
            torn = torn || (written > 0 && batch.ptr[written - 1] != '\n');
            dropped += lines_in(str_slice(lines, written, lines.len));
            break;
        }
        lines = str_slice(lines, batch.len, lines.len);
    }
    pthread_mutex_unlock(&lock);
}

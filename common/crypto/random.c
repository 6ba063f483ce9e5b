#include "common/base/secret.h"
#include "common/crypto/digest.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

enum { POOL_LEN = 4096 };

/* An id is made per write, and a system call each would cost more than the id. Per thread, so no lock. */
static _Thread_local uint8_t pool[POOL_LEN];
static _Thread_local size_t left;

static void fill(uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t got = getrandom(bytes, len, 0);
        if (got < 0 && errno != EINTR) {
            fputs("no random bytes\n", stderr);
            abort();
        }
        if (got > 0) {
            bytes += got;
            len -= (size_t)got;
        }
    }
}

/* A child must not draw the same bytes as its parent; only the thread that forked lives on in it. */
static void forget(void)
{
    left = 0;
}

static void watch_forks(void)
{
    if (pthread_atfork(NULL, NULL, forget) != 0) {
        abort();
    }
}

void random_bytes(void *out, size_t len)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    if (len > POOL_LEN / 4) {
        fill(out, len);
        return;
    }
    if (left < len) {
        (void)pthread_once(&once, watch_forks);
        fill(pool, sizeof pool);
        left = sizeof pool;
    }
    left -= len;
    memcpy(out, pool + left, len);
    /* What was handed out may become a secret and must not be found here later. */
    secret_wipe(pool + left, len);
}

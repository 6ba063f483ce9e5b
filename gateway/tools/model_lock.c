#include "gateway/tools/model_lock.h"

#include "common/loop/loop.h"
#include <time.h>

#define LOCK "7077004"

enum { WAIT_US = 10000000, ASK_AGAIN_NS = 50000000 };

static bool ask(struct pg_sync *connection, bool shared, bool *got, struct err *err)
{
    struct pg_sync_result *result = pg_sync_query(
        connection, shared ? "select pg_try_advisory_lock_shared(" LOCK ")" : "select pg_try_advisory_lock(" LOCK ")",
        NULL, 0, err);
    bool asked = result != NULL;
    *got = asked && str_is(pg_sync_value(result, 0, 0), "t");
    pg_sync_result_free(result);
    return asked;
}

bool model_lock(struct pg_sync *connection, bool shared, struct err *err)
{
    int64_t until_us = clock_mono_us() + WAIT_US;
    bool got = false;
    while (ask(connection, shared, &got, err) && !got) {
        const struct timespec pause = {.tv_nsec = ASK_AGAIN_NS};
        if (clock_mono_us() > until_us) {
            return err_fail(err, ERR_UNAVAILABLE, 0, "a change of the model is under way and takes long: try again");
        }
        (void)nanosleep(&pause, NULL);
    }
    return got;
}

void model_unlock(struct pg_sync *connection, bool shared)
{
    struct err ignored;
    bool unlocked = pg_sync_script(
        connection, shared ? "select pg_advisory_unlock_shared(" LOCK ")" : "select pg_advisory_unlock(" LOCK ")",
        &ignored);
    (void)unlocked; /* then the connection is gone, and the lock with it */
}

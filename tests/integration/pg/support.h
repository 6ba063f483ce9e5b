/* A loop, a pool and questions with one-line answers, for the integration tests of common/pg. */
#ifndef PORTTI_TESTS_PG_SUPPORT_H
#define PORTTI_TESTS_PG_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/pg/pg.h"

#define STEPS_MAX  6
#define PARAMS_MAX 2

struct world {
    struct loop *loop;
    struct pg_pool *pool;
    size_t pending; /* answers to wait for */
    struct loop_timer guard;
    bool late;
};

/* One statement and up to two parameters in text form. */
struct step {
    const char *sql;
    uint32_t types[PARAMS_MAX];
    const char *params[PARAMS_MAX];
    size_t param_count;
    bool once;
};

struct ask {
    struct world *world;
    struct pg_job job;
    struct pg_statement statements[STEPS_MAX];
    struct pg_param params[STEPS_MAX][PARAMS_MAX];
    struct pg_command commands[STEPS_MAX];
    struct step steps[STEPS_MAX];
    unsigned answers;
    bool failed;
    struct pg_failure failure;
    size_t rows;   /* of the last result */
    int64_t value; /* its first column of its first row, when that is an integer */
    uint64_t affected;
    void (*then)(struct ask *ask); /* after the answer was noted */
    void *extra;
};

const char *test_conninfo(void);
void world_init(struct world *world, const struct pg_pool_options *options);
void world_release(struct world *world);
/* Runs the loop until nothing is pending; fails the test after 60 seconds. */
void world_wait(struct world *world);
void world_sleep(struct world *world, int64_t us);
void world_answered(struct world *world);
struct pg_pool_options pool_options(size_t connections, bool exclusive);

void ask_init(struct ask *ask, struct world *world, enum pg_job_kind kind, const struct step *steps, size_t count);
/* Submits and counts it as pending. */
void ask_submit(struct ask *ask);
/* Submits and waits. */
void ask_now(struct ask *ask);
/* One statement without parameters that must succeed; gives its integer. */
int64_t ask_sql(struct world *world, enum pg_job_kind kind, const char *sql);

/* Runs the server's control script with one argument: start, stop or kill. */
void server_control(const char *verb);
/* The same without waiting; the process is to be waited for with server_control_wait. */
int server_control_begin(const char *verb);
void server_control_wait(int pid);

#endif

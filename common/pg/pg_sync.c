#include "common/pg/pg_sync.h"

#include "common/base/alloc.h"
#include "common/loop/loop.h"
#include "common/pg/pg_conninfo.h"
#include "common/pg/pg_failure.h"
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#define SYNC_SETTINGS "-c timezone=UTC -c datestyle=ISO -c search_path= -c standard_conforming_strings=on"

enum { RETRY_MS = 100 };

struct pg_sync {
    PGconn *conn;
};

static int64_t left_ms(int64_t deadline_us)
{
    int64_t left = deadline_us - clock_mono_us();
    return left <= 0 ? 0 : left / 1000 + 1;
}

/* Drives one attempt. True when it is up; false when it failed or time ran out. */
static bool drive(PGconn *conn, int64_t deadline_us)
{
    PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
    while (PQstatus(conn) != CONNECTION_BAD) {
        struct pollfd fd = {.fd = PQsocket(conn), .events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT};
        int64_t wait = left_ms(deadline_us);
        if (wait == 0 || poll(&fd, 1, wait > 1000 ? 1000 : (int)wait) < 0) {
            return false;
        }
        if (fd.revents == 0) {
            continue;
        }
        wanted = PQconnectPoll(conn);
        if (wanted == PGRES_POLLING_OK) {
            return true;
        }
        if (wanted == PGRES_POLLING_FAILED) {
            return false;
        }
    }
    return false;
}

static PGconn *attempt(const struct pg_conninfo *info, int64_t deadline_us, struct err *err)
{
    PGconn *conn = pg_conninfo_start(info);
    if (conn != NULL && drive(conn, deadline_us)) {
        return conn;
    }
    char reason[200];
    pg_first_line(reason, sizeof reason, conn == NULL ? "" : PQerrorMessage(conn));
    PQfinish(conn);
    err_fail(err, ERR_UNAVAILABLE, 0, "PostgreSQL cannot be reached: %s", reason[0] == '\0' ? "no answer" : reason);
    return NULL;
}

struct pg_sync *pg_sync_open(const char *conninfo, int64_t timeout_ms, struct err *err)
{
    int64_t deadline_us = clock_mono_us() + timeout_ms * 1000;
    struct pg_conninfo info;
    PGconn *conn = NULL;
    if (!pg_conninfo_init(&info, conninfo, "portti", SYNC_SETTINGS)) {
        err_fail(err, ERR_UNAVAILABLE, 0, "The PostgreSQL connection string is malformed");
        goto out;
    }
    while ((conn = attempt(&info, deadline_us, err)) == NULL && left_ms(deadline_us) > RETRY_MS) {
        struct timespec pause = {.tv_nsec = RETRY_MS * 1000000L};
        nanosleep(&pause, NULL);
    }
out:
    pg_conninfo_release(&info);
    if (conn == NULL) {
        return NULL;
    }
    struct pg_sync *connection = xcalloc(1, sizeof *connection);
    connection->conn = conn;
    return connection;
}

void pg_sync_close(struct pg_sync *connection)
{
    if (connection != NULL) {
        PQfinish(connection->conn);
        free(connection);
    }
}

/* Frees a bad result. */
static PGresult *check(struct pg_sync *connection, PGresult *result, struct err *err)
{
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY) {
        return result;
    }
    if (PQstatus(connection->conn) == CONNECTION_BAD) {
        err_fail(err, ERR_UNAVAILABLE, 0, "The connection to PostgreSQL was lost");
    } else if (status != PGRES_FATAL_ERROR || result == NULL) {
        err_fail(err, ERR_INTERNAL, 0, "COPY is not possible here");
    } else {
        struct pg_failure failure;
        pg_failure_from_result(result, &failure);
        const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
        int64_t at = 1;
        if (position != NULL && !str_to_int64(str_from(position), 1, INT32_MAX, &at)) {
            at = 1;
        }
        err_fail(err, failure.err.code, (size_t)at - 1, "PostgreSQL: %s (%s)", failure.detail, failure.sqlstate);
    }
    PQclear(result);
    return NULL;
}

bool pg_sync_script(struct pg_sync *connection, const char *sql, struct err *err)
{
    PGresult *result = check(connection, PQexec(connection->conn, sql), err);
    PQclear(result);
    return result != NULL;
}

struct pg_sync_result *pg_sync_query(struct pg_sync *connection, const char *sql, const struct str *params,
                                     size_t param_count, struct err *err)
{
    PGresult *result = NULL;
    struct arena arena = {0};
    const char **values = ARENA_ARRAY(&arena, const char *, param_count + 1);
    for (size_t i = 0; i < param_count; i++) {
        if (params[i].ptr == NULL) {
            continue;
        }
        if (params[i].len > 0 && memchr(params[i].ptr, '\0', params[i].len) != NULL) {
            err_fail(err, ERR_INVALID, 0, "Parameter %zu contains a NUL byte", i + 1);
            goto out;
        }
        values[i] = arena_cstr(&arena, params[i]);
    }
    result = PQexecParams(connection->conn, sql, (int)param_count, NULL, values, NULL, NULL, 0);
    result = check(connection, result, err);
out:
    arena_release(&arena);
    return (struct pg_sync_result *)result;
}

static const PGresult *of(const struct pg_sync_result *result)
{
    return (const PGresult *)result;
}

size_t pg_sync_rows(const struct pg_sync_result *result)
{
    return (size_t)PQntuples(of(result));
}

struct str pg_sync_value(const struct pg_sync_result *result, size_t row, size_t column)
{
    if (PQgetisnull(of(result), (int)row, (int)column)) {
        return STR_EMPTY;
    }
    return str_of(PQgetvalue(of(result), (int)row, (int)column),
                  (size_t)PQgetlength(of(result), (int)row, (int)column));
}

uint64_t pg_sync_affected(const struct pg_sync_result *result)
{
    int64_t count = 0;
    /* libpq wants a result that is not const, and does not change it. */
    const union {
        const struct pg_sync_result *ours;
        PGresult *theirs;
    } view = {.ours = result};
    return str_to_int64(str_from(PQcmdTuples(view.theirs)), 0, INT64_MAX, &count) ? (uint64_t)count : 0;
}

void pg_sync_result_free(struct pg_sync_result *result)
{
    PQclear((PGresult *)result);
}

#include "common/pg/pg_failure.h"

#include <stdio.h>
#include <string.h>

struct meaning {
    const char *prefix;
    enum err_code code;
    const char *sentence;
};

/* The first row whose prefix fits decides; so exact states stand before their class. */
static const struct meaning meanings[] = {
    {"23505", ERR_CONFLICT, "A duplicate entry was detected"},
    {"23503", ERR_CONFLICT, "A referenced record does not exist, or this record is still referenced"},
    {"23502", ERR_INVALID, "A required value is missing"},
    {"23514", ERR_INVALID, "A value breaks a rule of its field"},
    {"23", ERR_CONFLICT, "The change conflicts with an existing record"},
    {"22", ERR_INVALID, "A value is malformed or out of range"},
    {"54", ERR_INVALID, "A value is too large, or the request too complex, for the database"},
    {"40", ERR_UNAVAILABLE, "The change met another one at the same time; try again"},
    {"57014", ERR_TIMEOUT, "The database took too long to answer"},
    {"55P03", ERR_TIMEOUT, "The record is locked by another change; try again"},
    {"25006", ERR_UNAVAILABLE, "The database accepts no changes at the moment; try again later"},
    {"25P03", ERR_TIMEOUT, "The transaction was left idle for too long"},
    {"53", ERR_UNAVAILABLE, "The database is short of resources; try again later"},
    {"57", ERR_UNAVAILABLE, "The database is restarting; try again later"},
    {"08", ERR_UNAVAILABLE, "The connection to the database was lost; try again later"},
};

void pg_failure_classify(const char *sqlstate, struct err *err)
{
    if (sqlstate == NULL || sqlstate[0] == '\0') {
        sqlstate = "08006";
    }
    for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
        if (strncmp(sqlstate, meanings[i].prefix, strlen(meanings[i].prefix)) == 0) {
            err_fail(err, meanings[i].code, 0, "%s", meanings[i].sentence);
            return;
        }
    }
    err_fail(err, ERR_INTERNAL, 0, "The database could not carry out the request");
}

static void copy_field(const PGresult *result, int field, char *out, size_t size)
{
    const char *text = PQresultErrorField(result, field);
    snprintf(out, size, "%s", text == NULL ? "" : text);
}

void pg_failure_from_result(const PGresult *result, struct pg_failure *out)
{
    *out = (struct pg_failure){0};
    copy_field(result, PG_DIAG_SQLSTATE, out->sqlstate, sizeof out->sqlstate);
    copy_field(result, PG_DIAG_CONSTRAINT_NAME, out->constraint, sizeof out->constraint);
    copy_field(result, PG_DIAG_COLUMN_NAME, out->column, sizeof out->column);
    copy_field(result, PG_DIAG_MESSAGE_PRIMARY, out->detail, sizeof out->detail);
    if (out->detail[0] == '\0') {
        snprintf(out->detail, sizeof out->detail, "%s", PQresultErrorMessage(result));
    }
    pg_failure_classify(out->sqlstate, &out->err);
}

struct pg_failure pg_failure_of(enum err_code code, const char *sentence)
{
    struct pg_failure failure = {0};
    err_fail(&failure.err, code, 0, "%s", sentence);
    snprintf(failure.detail, sizeof failure.detail, "%s", sentence);
    return failure;
}

bool pg_failure_heals(const char *sqlstate)
{
    return strcmp(sqlstate, "0A000") == 0 || strcmp(sqlstate, "26000") == 0 || strcmp(sqlstate, "42P05") == 0;
}

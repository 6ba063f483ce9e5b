#include "common/pg/pg_conninfo.h"

#include "common/base/alloc.h"
#include "common/base/strbuf.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(struct pg_conninfo *info, const char *keyword, const char *value)
{
    info->keywords[info->count] = keyword;
    info->values[info->count] = value;
    info->count++;
}

static bool given_options(const char *conninfo, struct strbuf *out)
{
    char *message = NULL;
    PQconninfoOption *parsed = PQconninfoParse(conninfo, &message);
    /* The message may quote a piece of the string, and so of a password: it goes nowhere. */
    PQfreemem(message);
    if (parsed == NULL) {
        return false;
    }
    for (const PQconninfoOption *option = parsed; option->keyword != NULL; option++) {
        if (option->val != NULL && strcmp(option->keyword, "options") == 0) {
            strbuf_puts(out, option->val);
            strbuf_put_char(out, ' ');
        }
    }
    PQconninfoFree(parsed);
    return true;
}

bool pg_conninfo_init(struct pg_conninfo *out, const char *conninfo, const char *name, const char *settings)
{
    struct strbuf options = {0};
    bool good = given_options(conninfo, &options);
    strbuf_puts(&options, settings);
    *out = (struct pg_conninfo){.given = xstrdup(conninfo), .name = xstrdup(name)};
    out->options = xstrdup(strbuf_cstr(&options));
    strbuf_release(&options);
    /* libpq lets what comes after "dbname" win over what the string in it says, and that over what comes before. */
    add(out, "keepalives", "1");
    add(out, "keepalives_idle", "15");
    add(out, "keepalives_interval", "5");
    add(out, "keepalives_count", "3");
    add(out, "tcp_user_timeout", "30000");
    add(out, "dbname", out->given);
    add(out, "application_name", out->name);
    add(out, "client_encoding", "UTF8");
    add(out, "options", out->options);
    return good;
}

void pg_conninfo_release(struct pg_conninfo *info)
{
    free(info->given);
    free(info->name);
    free(info->options);
    *info = (struct pg_conninfo){0};
}

/* libpq's default prints notices to standard error, in the middle of our log lines. */
static void on_notice(void *context, const PGresult *notice)
{
    (void)context;
    (void)notice;
}

PGconn *pg_conninfo_start(const struct pg_conninfo *info)
{
    PGconn *conn = PQconnectStartParams(info->keywords, info->values, 1);
    if (conn != NULL) {
        PQsetNoticeReceiver(conn, on_notice, NULL);
    }
    return conn;
}

void pg_first_line(char *out, size_t size, const char *message)
{
    size_t len = message == NULL ? 0 : strcspn(message, "\r\n");
    snprintf(out, size, "%.*s", (int)len, message == NULL ? "" : message);
}

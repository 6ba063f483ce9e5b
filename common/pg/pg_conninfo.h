/* Inside common/pg: how every connection of this house is opened. */
#ifndef PORTTI_PG_PG_CONNINFO_H
#define PORTTI_PG_PG_CONNINFO_H

#include "common/base/attributes.h"
#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>

#define PG_CONNINFO_MAX 16

struct pg_conninfo {
    const char *keywords[PG_CONNINFO_MAX + 1];
    const char *values[PG_CONNINFO_MAX + 1];
    size_t count;
    char *given;   /* the operator's own string */
    char *name;    /* application_name */
    char *options; /* the operator's server options with ours behind, so that ours win */
};

/*
 * `settings` are server options in the form "-c name=value -c …". The operator's keepalive settings are kept; without
 * them a peer that vanished is noticed within about half a minute. False when `conninfo` is malformed: connecting will
 * then fail as well, but `*out` must be released all the same.
 */
MUST_CHECK bool pg_conninfo_init(struct pg_conninfo *out, const char *conninfo, const char *name, const char *settings);
void pg_conninfo_release(struct pg_conninfo *info);
/* Starts connecting. A name as host is resolved here, which may block. Notices are dropped. NULL: out of memory. */
PGconn *pg_conninfo_start(const struct pg_conninfo *info);
/* The first line of a libpq message, without the end of line, cut to the buffer. libpq puts no password into it. */
void pg_first_line(char *out, size_t size, const char *message);

#endif

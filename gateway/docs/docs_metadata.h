/* Operations of the document of the metadata routes. Internal to the room. */
#ifndef PORTTI_DOCS_DOCS_METADATA_H
#define PORTTI_DOCS_DOCS_METADATA_H

#include "common/base/strbuf.h"

enum docs_use {
    TAKES_PAGE = 1,    /* limit and cursors */
    TAKES_BODY = 2,    /* required, but for updates */
    MAY_MISS = 4,      /* 404 */
    REPORTS = 8,       /* 400 may be a report of all that is wrong */
    MAY_BE_EMPTY = 16, /* an unknown id reads as nothing */
    MAY_CONFLICT = 32, /* 409 beside that of an Idempotency-Key */
    SHOWS_TOKEN = 64,  /* so its answer is not kept for an Idempotency-Key */
    ACCEPTED = 128,    /* 202: it is done in the background */
    CHANGES = 256,     /* a POST that makes nothing: 200 */
    SEARCHES = 512,    /* the parameters of deliveries */
    OF_DELIVERY = 1024 /* its id is no UUID */
};

struct docs_operation {
    const char *path; /* NULL: of the one before */
    const char *method;
    const char *id;
    const char *tag;
    const char *summary;
    unsigned use;
    const char *body;   /* a schema's key; NULL: none */
    const char *answer; /* a schema's members */
};

/* "get":{…}. `more`: parameters of its own, each with a comma behind it; or NULL. */
void docs_put_metadata_operation(struct strbuf *out, const struct docs_operation *operation, const char *more);
/* Views, page layouts and what is in them (docs_views.c), each with a comma in front. */
void docs_put_view_paths(struct strbuf *out);
void docs_put_view_schemas(struct strbuf *out);

#endif

/*
 * Lists of the metadata REST API (contract: metadata 1.2 and 1.3): parameters, the window that they ask for, pageInfo.
 * Pure.
 */
#ifndef PORTTI_METADATA_PAGE_H
#define PORTTI_METADATA_PAGE_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/text/uuid.h"
#include <stdbool.h>
#include <stddef.h>

struct page_params {
    size_t limit;
    bool after;  /* starting_after was given */
    bool before; /* ending_before was given */
    struct uuid cursor;
};

/* Of a query string: limit (60, at most 200), starting_after, ending_before. ERR_INVALID with the contract's sentences.
 */
MUST_CHECK bool page_params_read(struct arena *arena, struct str query, struct page_params *out, struct err *err);

/* A window [from, to) of what is listed. */
struct page {
    size_t from, to;
    size_t total;
    bool has_next, has_previous;
};
/* Of `ids`, which are in descending order; the cursor need not be among them. */
struct page page_of(const struct page_params *params, const struct uuid *ids, size_t count);
/* Of `ids` in whatever order; a cursor that is not among them gives an empty page. */
struct page page_of_listed(const struct page_params *params, const struct uuid *ids, size_t count);
/* "pageInfo":{…},"totalCount":n */
void page_put(struct strbuf *out, const struct page *page, const struct uuid *ids);

#endif

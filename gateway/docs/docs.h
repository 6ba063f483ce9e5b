/*
 * The OpenAPI 3.1 documents, made from the catalogue: what the REST routes take and answer, object by object. Pure:
 * text out, the same for the same catalogue and settings.
 */
#ifndef PORTTI_DOCS_DOCS_H
#define PORTTI_DOCS_DOCS_H

#include "common/base/strbuf.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/rest/rest.h"
#include <stddef.h>

struct docs_settings {
    struct rest_limits limits;
    size_t max_mutation; /* records that one write by a filter may be about */
};

/* For whoever has no valid key: the document of records without a record (contract/rest-core section 7, R6). */
void docs_put_base(struct strbuf *out, const struct docs_settings *settings);

/*
 * The document of records, in pieces, since that of a thousand objects is some 25 MB: pieces 0 to docs_core_pieces - 1,
 * one behind the other, are the document. A piece is a few kilobytes and depends on nothing but its number.
 */
size_t docs_core_pieces(const struct catalogue *catalogue);
void docs_put_core_piece(struct strbuf *out, const struct catalogue *catalogue, const struct docs_settings *settings,
                         size_t piece);

/* The document of the metadata routes (contract/metadata sections 1, 6 to 8). It does not depend on the model. */
void docs_put_metadata(struct strbuf *out);

#endif

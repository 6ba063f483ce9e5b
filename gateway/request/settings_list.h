/* Inside this room: lists of settings in REST: their envelope (contract: metadata section 1.3). */
#ifndef PORTTI_REQUEST_SETTINGS_LIST_H
#define PORTTI_REQUEST_SETTINGS_LIST_H

#include "gateway/metadata/page.h"

/* {"data":[…],"pageInfo":{…},"totalCount":n} of the page that the parameters ask for. `documents` are all there are, in
 * their order, and `ids` theirs; a cursor that is not among them gives an empty page. */
void settings_page_put(struct strbuf *out, const struct page_params *params, const struct str *documents,
                       const struct uuid *ids, size_t count);
/* The bare array of the old aliases. */
void settings_array_put(struct strbuf *out, const struct str *documents, size_t count);

#endif

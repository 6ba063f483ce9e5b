/* Header fields that are lists with weights, such as Accept and Accept-Encoding (RFC 9110, 12.4.2). Pure. */
#ifndef PORTTI_HTTP_HTTP_LIST_H
#define PORTTI_HTTP_HTTP_LIST_H

#include "common/base/str.h"
#include <stdbool.h>

/* The weight of the member with that name, compared without case, in thousandths (1000 when it has none, 0 when it is
 * refused or its weight is malformed); -1 when the list does not name it. Wildcards match themselves only. */
int http_list_weight(struct str list, struct str name);
/* The first of two that the client would rather have: `name` is named with a weight over 0, and not after `other`. */
bool http_list_prefers(struct str list, struct str name, struct str other);

#endif

/*
 * Paths: dotted names, such as "name.firstName", "companyId" or "company.domainName.primaryLinkUrl", turned into
 * pointers once.
 */
#ifndef PORTTI_PLAN_PATH_H
#define PORTTI_PLAN_PATH_H

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "gateway/catalogue/catalogue.h"
#include <stdbool.h>
#include <stddef.h>

enum { PATH_HOPS_MAX = 4, PATH_NAMES_MAX = 8 };

struct path {
    const struct field *hops[PATH_HOPS_MAX]; /* relations walked from the root */
    size_t hop_count;
    const struct object *object; /* that the last field belongs to */
    const struct field *field;
    const struct column *column; /* NULL: the path ends at a composite, a relation or a full-text column */
    bool by_join_column;         /* it ended with "companyId" rather than "company" */
};

/* Follows `names`. ERR_INVALID with the contract's sentences for unknown fields and sub-fields; walks to-many relations
 * too, which is the caller's to allow. */
MUST_CHECK bool path_resolve(const struct object *root, const struct str *names, size_t count, struct path *out,
                             struct err *err);
/* Splits at dots first; ERR_INVALID when there are too many. */
MUST_CHECK bool path_parse(const struct object *root, struct str text, struct path *out, struct err *err);
bool path_eq(const struct path *a, const struct path *b);
/* The path's own spelling, for plans as text. */
void path_print(struct strbuf *out, const struct path *path);

#endif

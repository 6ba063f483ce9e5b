/*
 * The plan: what a request asks for, with names already turned into pointers into the catalogue and values typed. REST
 * and GraphQL are two spellings of it; policy, SQL and execution know nothing else. A plan and all that it points to
 * lives in the request's arena and is valid as long as the catalogue it was built against.
 */
#ifndef PORTTI_PLAN_PLAN_H
#define PORTTI_PLAN_PLAN_H

#include "common/base/arena.h"
#include "common/base/strbuf.h"
#include "common/text/uuid.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/record/record_input.h"
#include <stdbool.h>
#include <stddef.h>

enum plan_kind {
    PLAN_READ_ONE,
    PLAN_READ_MANY,
    PLAN_CREATE,
    PLAN_UPDATE,
    PLAN_SOFT_DELETE,
    PLAN_RESTORE,
    PLAN_DESTROY,
    PLAN_KIND_COUNT
};

/* What comes back of each record. */
struct plan_selection {
    const struct field *const *fields; /* NULL: every active field that is stored */
    size_t count;
};

/* A window over the records in id order. */
struct plan_page {
    size_t limit;
    bool after_given;
    struct uuid after; /* records with a greater id */
    bool total;        /* count them all as well */
};

struct plan {
    enum plan_kind kind;
    const struct object *object;
    struct plan_selection selection;
    struct uuid id;              /* READ_ONE, UPDATE, SOFT_DELETE, RESTORE, DESTROY */
    struct plan_page page;       /* READ_MANY */
    struct record_input *inputs; /* CREATE: complete ones; UPDATE: one, partial */
    size_t input_count;
    bool batch; /* CREATE: asked for as a list, answered as one */
};

struct str plan_kind_name(enum plan_kind kind);
/* Does it change records? */
bool plan_writes(const struct plan *plan);
/* The plan as text, for golden tests and for people: the same question in either protocol prints the same. */
void plan_print(struct strbuf *out, const struct plan *plan);

#endif

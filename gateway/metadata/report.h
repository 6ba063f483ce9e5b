/*
 * What is wrong with a metadata write: all of it at once (contract: metadata 1.6 and 2.6). A report has entries, one an
 * entity that fails; an entry has one or more errors. Pure.
 */
#ifndef PORTTI_METADATA_REPORT_H
#define PORTTI_METADATA_REPORT_H

#include "common/base/arena.h"
#include "common/base/strbuf.h"
#include "common/text/uuid.h"
#include <stdbool.h>
#include <stddef.h>

/* In the order in which the wire names them. */
enum report_kind {
    REPORT_FIELD,
    REPORT_OBJECT,
    REPORT_INDEX,
    REPORT_ROLE,
    REPORT_WEBHOOK,
    REPORT_VIEW,
    REPORT_VIEW_FIELD,
    REPORT_VIEW_FILTER,
    REPORT_VIEW_FILTER_GROUP,
    REPORT_VIEW_SORT,
    REPORT_VIEW_GROUP,
    REPORT_VIEW_FIELD_GROUP,
    REPORT_PAGE_LAYOUT,
    REPORT_PAGE_LAYOUT_TAB,
    REPORT_PAGE_LAYOUT_WIDGET,
    REPORT_KIND_COUNT
};
enum report_verb { REPORT_CREATE, REPORT_UPDATE, REPORT_DELETE };

struct report_error {
    const char *code; /* "INVALID_FIELD_INPUT" */
    struct str message;
    struct str value; /* JSON; empty: not told */
    struct report_error *next;
};

/* A property of `flatEntityMinimalInformation`. */
struct report_fact {
    const char *name;
    struct str text;
};
enum { REPORT_FACTS_MAX = 4 };

struct report_entry {
    enum report_kind kind;
    enum report_verb verb;
    struct report_fact facts[REPORT_FACTS_MAX];
    size_t fact_count;
    struct report_error *errors; /* in the order in which they were found */
    size_t error_count;
    struct report_entry *next;
};

/* Zeroed but for the arena is an empty report. */
struct report {
    struct arena *arena;
    struct report_entry *first;
    struct report_entry *last;
    size_t entry_count; /* entries with errors */
};

/* A new entry, which counts once it has an error. Texts of facts are copied. */
struct report_entry *report_begin(struct report *report, enum report_kind kind, enum report_verb verb);
void report_fact(struct report *report, struct report_entry *entry, const char *name, struct str text);
void report_fact_id(struct report *report, struct report_entry *entry, const char *name, const struct uuid *id);
/* Always false, so that a check can end with it. `value` is JSON or empty. */
bool report_add(struct report *report, struct report_entry *entry, const char *code, struct str value,
                const char *format, ...) PRINTF_LIKE(5, 6);
/* A JSON string, for `value`. */
struct str report_text(struct report *report, struct str text);

/* The body of a REST answer of status 400. */
void report_put_rest(struct strbuf *out, const struct report *report);
/* One member of GraphQL's "errors": `path` is JSON (`["createOneField"]`) or empty. */
void report_put_graphql(struct strbuf *out, const struct report *report, struct str path);
/* "Multiple validation errors occurred while creating object" */
void report_put_headline(struct strbuf *out, const struct report *report);

#endif

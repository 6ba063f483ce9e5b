/*
 * Pieces: rows that say how clients show records: views and their fields, filters, sorts and groups, page layouts and
 * their tabs and widgets (contract: metadata 1.1, 2.1 to 2.3). No statement over records reads them, so they are no
 * part of the catalogue. All kinds are one engine's: a kind is a table here, and reading it, checking it, its SQL, its
 * REST routes, its GraphQL types and its part of the OpenAPI document follow from that. Pure.
 */
#ifndef PORTTI_VIEWS_PIECE_H
#define PORTTI_VIEWS_PIECE_H

#include "common/base/str.h"
#include "gateway/metadata/report.h"
#include <stdbool.h>
#include <stddef.h>

/* Those with a place in GraphQL come first. */
enum piece_kind {
    PIECE_VIEW,
    PIECE_VIEW_FIELD,
    PIECE_VIEW_FILTER,
    PIECE_VIEW_FILTER_GROUP,
    PIECE_VIEW_SORT,
    PIECE_VIEW_GROUP,
    PIECE_VIEW_FIELD_GROUP,
    PIECE_PAGE_LAYOUT,
    PIECE_PAGE_LAYOUT_TAB,
    PIECE_PAGE_LAYOUT_WIDGET,
    PIECE_KIND_COUNT
};

enum piece_type { PIECE_UUID, PIECE_TEXT, PIECE_FLAG, PIECE_NUMBER, PIECE_INTEGER, PIECE_ENUM, PIECE_JSON, PIECE_TIME };

enum piece_rule {
    PIECE_REQUIRED = 1, /* given when it is created */
    PIECE_NULLABLE = 2,
    PIECE_FIXED = 4,    /* never changed afterwards */
    PIECE_SERVED = 8,   /* never given: the server has it */
    PIECE_NAMED = 16,   /* text that is not blank */
    PIECE_ECHOED = 32,  /* fixed, and yet in GraphQL's input for changes */
    PIECE_NO_INPUT = 64 /* no member of GraphQL's inputs */
};

/* What an id leads to. */
enum piece_link {
    PIECE_TO_NOTHING,
    PIECE_TO_OBJECT,
    PIECE_TO_FIELD,     /* of the object that the view is of */
    PIECE_TO_ANY_FIELD, /* of any */
    PIECE_TO_PIECE
};

struct piece_enum {
    const char *name;
    const char *values; /* with spaces between */
    bool in_graphql;
};

struct piece_column {
    const char *name;   /* on the wire */
    const char *stored; /* in the table; of what is served: an expression, in which ~ is the row and w core.workspace */
    enum piece_type type;
    unsigned rules;       /* of enum piece_rule */
    const char *fallback; /* JSON: when it is not given to a create; NULL: null */
    enum piece_link link;
    enum piece_kind linked; /* of PIECE_TO_PIECE */
    const struct piece_enum *values;
    const char *read; /* an expression as above, where what is read is not what is stored; or NULL */
};

/* A list of pieces within one, over GraphQL. */
struct piece_list {
    const char *name;
    enum piece_kind kind;
    const char *stored; /* their column that has this one's id */
};

struct piece_info {
    const char *name;   /* "viewField" */
    const char *path;   /* "viewFields": of REST */
    const char *type;   /* "ViewField": in GraphQL */
    const char *spoken; /* "View field" */
    const char *table;  /* of schema core */
    const struct piece_column *columns;
    size_t column_count;
    const struct piece_list *lists;
    size_t list_count;
    const char *parent_name;   /* "viewId": what lists are narrowed by */
    const char *parent_stored; /* NULL: not at all */
    bool parent_wanted;        /* REST lists cannot do without */
    const char *type_name;     /* "pageLayoutType": by what REST lists are narrowed too, or NULL */
    const char *scope;         /* column with the id of the view (or layout) that the piece belongs to */
    bool of_view;              /* and that view has an object */
    const char *order;         /* of lists in GraphQL; ~ is the row */
    const char *invalid;       /* code words */
    const char *missing;
    enum report_kind report;
};

extern const struct piece_info piece_kinds[PIECE_KIND_COUNT];

/* By the name on the wire, or NULL. */
const struct piece_column *piece_column(const struct piece_info *info, struct str name);
/* Is the word one of the enum's? */
bool piece_enum_has(const struct piece_enum *values, struct str word);
/* The enums of all kinds, for whoever describes them; NULL-terminated. */
extern const struct piece_enum *const piece_enums[];

#endif

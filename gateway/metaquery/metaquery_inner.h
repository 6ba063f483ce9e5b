/* Inside this room: what its parts share. */
#ifndef PORTTI_METAQUERY_METAQUERY_INNER_H
#define PORTTI_METAQUERY_METAQUERY_INNER_H

#include "gateway/metaquery/metaquery.h"

/* Writing one root field. */
struct putting {
    struct strbuf *out;
    struct arena *arena;
    const struct catalogue *catalogue;
    struct err *err;
    const struct gql_selected *fault;
};

/* One of a connection: where it is known from, and its place in the order. */
struct listed {
    struct uuid id;
    const void *item;
};

/* A page of a list: [from, to) of items in descending order of their ids. */
struct window {
    const struct listed *items;
    size_t from, to;
    bool has_next, has_previous;
};

/* Sorts the items and reads `paging` of the connection (contract 2.4). */
MUST_CHECK bool page_read(struct putting *p, const struct gql_selected *connection, struct listed *items, size_t count,
                          struct window *out);

/* What a filter asks of an item: a value by the role of the filter's field. */
struct filtered {
    bool (*flag)(const void *item, enum metadata_role role);
    struct uuid (*id)(const void *item, enum metadata_role role);
};
/* Does the item pass the connection's `filter`? */
bool filter_passes(const struct filtered *filtered, const void *item, const struct gql_datum *filter);

/* The fields of an object: `{"key":`, and null for one whose arguments do not fit. False at the end. */
struct members {
    const struct gql_selected *next;
    bool first;
};
/* The next one that has a value of its own to be written; __typename is written here. NULL: the object is closed. */
const struct gql_selected *next_member(struct putting *p, struct members *members);

MUST_CHECK bool put_object(struct putting *p, const struct gql_selected *first, const struct object *object);
MUST_CHECK bool put_field(struct putting *p, const struct gql_selected *first, const struct field *field);
MUST_CHECK bool put_index_list(struct putting *p, const struct gql_selected *selected, const struct object *object);
MUST_CHECK bool put_index_connection(struct putting *p, const struct gql_selected *selected,
                                     const struct object *object);
MUST_CHECK bool put_search_fields(struct putting *p, const struct gql_selected *selected, const struct object *object);

/* A connection of what `put` writes. */
MUST_CHECK bool put_connection(struct putting *p, const struct gql_selected *selected, const struct window *window,
                               bool (*put)(struct putting *p, const struct gql_selected *first, const void *item));

/* The arguments of META_PIECES. */
MUST_CHECK bool read_pieces(struct arena *arena, struct metaquery *out, struct err *err);

void answer_text(struct putting *p, struct str text);
/* null when it is empty. */
void answer_some(struct putting *p, struct str text);
void answer_flag(struct putting *p, bool value);
void answer_uuid(struct putting *p, const struct uuid *id);
void answer_time(struct putting *p, int64_t us);

bool field_is_editable(const struct field *field);
struct uuid owner_of(const struct catalogue *catalogue, bool standard);

#endif

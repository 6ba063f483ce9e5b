/* Inside this room: what its passes share. */
#ifndef PORTTI_RESOLVE_RESOLVE_INNER_H
#define PORTTI_RESOLVE_RESOLVE_INNER_H

#include "gateway/resolve/resolve.h"
#include "gateway/resolve/shape.h"
#include "gateway/schema/core_schema.h"

struct resolving {
    struct arena *arena;
    const struct resolve_limits *limits;
    int64_t now_us;
    struct err *err;
    const struct gql_selected *fault;
    size_t relation_limit; /* of a nested connection that does not say */
    size_t complexity;     /* 1, and 1 for each relation that is selected, ordered by or filtered through */
    size_t conditions;     /* of filters so far */
};

/* Of all that was asked: within the limit? The sentence tells the whole, so that clients know how much to leave out. */
MUST_CHECK bool resolve_check_complexity(struct resolving *r);

/* Fails with a code word of the contract's. */
#define RESOLVE_REFUSE(r, tag, ...) err_fail_tag((r)->err, ERR_INVALID, (tag), __VA_ARGS__)
#define INVALID_ARGS                "INVALID_QUERY_INPUT"

/* The argument, or NULL when it is not given or null (contract 1.3). */
const struct gql_datum *resolve_argument(const struct gql_selected *selected, const char *name);
/* A whole number that is not negative; `fallback` when it is not given. `word` begins the sentence: "First". */
MUST_CHECK bool resolve_size(struct resolving *r, const struct gql_selected *selected, const char *name,
                             const char *word, const char *tag, size_t fallback, size_t *out);

/* A filter input; NULL in *out when it restricts nothing. */
MUST_CHECK bool resolve_filter(struct resolving *r, const struct gql_datum *datum, const struct filter **out);
/* orderBy, with id at the end. */
MUST_CHECK bool resolve_order(struct resolving *r, const struct object *object, const struct gql_datum *datum,
                              const struct order_term **terms, size_t *count);
/* The fields of an object datum in the order that they were written in. Returns how many; nulls are left out. */
size_t resolve_written_order(struct arena *arena, const struct gql_datum *object, const struct gql_datum *const **out);

/* filter, orderBy, first, last, before, after, offset of a connection. */
struct window {
    const struct filter *filter;
    bool with_deleted;
    const struct order_term *order;
    size_t order_count;
    struct plan_page page;
};
MUST_CHECK bool resolve_window(struct resolving *r, const struct gql_selected *selected, const struct object *object,
                               size_t limit, struct window *out);

/* Everything that writes, and duplicates: targets and inputs. */
MUST_CHECK bool resolve_write(struct resolving *r, const struct gql_selected *selected, struct plan *plan);

/* The column of a composite that the sub-field is. */
const struct column *resolve_sub_column(const struct field *field, const struct sub_field_type *sub);

/* The shape of records, and in `selection` what it needs of them. */
MUST_CHECK bool resolve_record(struct resolving *r, const struct object *object, const struct gql_selected *first,
                               size_t depth, struct plan_selection *selection, struct shape *shape);

/* Aggregates that nobody sees: what groups are ordered by, and how many they hold. */
enum { RESOLVE_HIDDEN_MAX = GROUP_ORDERS_MAX + 1 };

/* What a connection or group asks for, besides its shape. */
struct connection_needs {
    struct plan_selection selection; /* of its records */
    struct aggregate *aggregates;    /* with room for the hidden ones */
    size_t aggregate_count;
    bool total;
    bool records;
    bool cursors;  /* of every record */
    bool ends;     /* of the first and the last one */
    bool has_next; /* or has_previous */
};
MUST_CHECK bool resolve_connection(struct resolving *r, const struct object *object, const struct gql_selected *first,
                                   size_t depth, struct connection_needs *out, struct shape *shape);
/* One record of the set, in its shape. */
void resolve_put_record(struct strbuf *out, struct arena *arena, const struct shape *shape,
                        const struct record_set *set, size_t row);
void resolve_needs(const struct connection_needs *needs, struct plan_page *page);

/*
 * What these say of a root field's children; where they are the same every time it is worked out once for the document.
 * Not for groups, which add hidden aggregates to what is needed.
 */
MUST_CHECK bool resolve_root_record(struct resolving *r, const struct gql_selected *root,
                                    struct plan_selection *selection, struct shape *shape);
MUST_CHECK bool resolve_root_connection(struct resolving *r, const struct gql_selected *root,
                                        struct connection_needs *out, struct shape *shape);

/* groupBy, orderBy, orderByForRecords, limit, offsetForRecords; what was selected is in the plan already. */
void resolve_group_needs(const struct connection_needs *needs, struct plan *plan);
MUST_CHECK bool resolve_group(struct resolving *r, const struct gql_selected *selected, struct plan *plan);
/* That a field of a connection, or of the input that orders groups, stands for. */
struct aggregate resolve_aggregate(const struct gql_field *field);

#endif

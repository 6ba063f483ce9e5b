/* What is selected of a root field, worked out once for a document that is kept and not for every request. */
#include "gateway/resolve/resolve_inner.h"

/* What was worked out, and all that it depends on besides the selection. */
struct kept {
    struct resolve_limits limits;
    size_t relation_limit;
    size_t complexity;             /* that it adds */
    struct connection_needs needs; /* of a record: its selection */
    struct shape shape;
};

static bool fits(const struct resolving *r, const struct kept *kept)
{
    const struct resolve_limits *now = r->limits;
    return kept->relation_limit == r->relation_limit && kept->limits.page_size_max == now->page_size_max &&
           kept->limits.max_depth == now->max_depth;
}

static bool work_out(struct resolving *r, const struct gql_selected *root, bool connection,
                     struct connection_needs *out, struct shape *shape)
{
    const struct object *object = root->field->source;
    if (connection) {
        return resolve_connection(r, object, root->first, 0, out, shape);
    }
    *out = (struct connection_needs){0};
    return resolve_record(r, object, root->first, 0, &out->selection, shape);
}

/* In the document's memory; once only, since what a refusal leaves there stays. */
static bool work_out_to_keep(struct resolving *r, const struct gql_selected *root, bool connection,
                             struct connection_needs *out, struct shape *shape)
{
    struct gql_memo *memo = root->memo;
    struct arena *scratch = r->arena;
    size_t before = r->complexity;
    memo->tried = true;
    r->arena = memo->arena;
    bool done = work_out(r, root, connection, out, shape);
    r->arena = scratch;
    if (done) {
        struct kept *kept = ARENA_NEW(memo->arena, struct kept);
        *kept = (struct kept){*r->limits, r->relation_limit, r->complexity - before, *out, *shape};
        memo->made = kept;
    }
    return done;
}

static bool resolve_root(struct resolving *r, const struct gql_selected *root, bool connection,
                         struct connection_needs *out, struct shape *shape)
{
    const struct kept *kept = root->memo == NULL ? NULL : root->memo->made;
    if (kept != NULL && fits(r, kept)) {
        r->complexity += kept->complexity;
        *out = kept->needs;
        *shape = kept->shape;
        return true;
    }
    if (root->memo != NULL && !root->memo->tried) {
        return work_out_to_keep(r, root, connection, out, shape);
    }
    return work_out(r, root, connection, out, shape);
}

bool resolve_root_connection(struct resolving *r, const struct gql_selected *root, struct connection_needs *out,
                             struct shape *shape)
{
    return resolve_root(r, root, true, out, shape);
}

bool resolve_root_record(struct resolving *r, const struct gql_selected *root, struct plan_selection *selection,
                         struct shape *shape)
{
    struct connection_needs needs;
    bool done = resolve_root(r, root, false, &needs, shape);
    if (done) {
        *selection = needs.selection;
    }
    return done;
}

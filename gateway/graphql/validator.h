/* Inside this room: what the parts of validation share. */
#ifndef PORTTI_GRAPHQL_VALIDATOR_H
#define PORTTI_GRAPHQL_VALIDATOR_H

#include "gateway/graphql/names.h"
#include "gateway/graphql/suggest.h"
#include "gateway/graphql/validate.h"

/* Where a variable is used, and as what. */
struct usage {
    const struct gql_value *variable;
    struct gql_ref type;           /* none when it is not known */
    bool has_default;              /* the place has one */
    const struct gql_type *one_of; /* the OneOf input that it is the field of */
    struct usage *next;
};

/* What is known of each definition. */
struct part {
    const struct gql_definition *definition;
    struct usage *usages;
    struct usage **last_usage;
    const struct gql_selection **spreads; /* in graphql-js's order of looking */
    size_t spread_count;
    bool used;    /* reached from some operation */
    size_t stamp; /* of the operation that reached it last */
    bool cycle_looked;
    size_t path_index;                                     /* + 1 while on the path of the search for cycles */
    uint32_t depth_visited, depth_checked, depth_exceeded; /* + 1, of MaxIntrospectionDepth */
};

struct overlap;

struct validator {
    struct arena *arena;
    const struct gql_schema *schema;
    const struct gql_document *document;
    struct gql_limits limits;
    struct gql_errors *errors;
    struct part *parts; /* by index of definition */
    struct part *part;  /* the current one */
    int64_t work;
    size_t hints; /* names that may still be looked at for "Did you mean" */
    bool exhausted;
    struct overlap *overlap;
};

#define REPORT_AT(v, rule, offsets, count, ...)                                                                        \
    do {                                                                                                               \
        if (!((v)->limits.skip_rules >> (rule)&1)) {                                                                   \
            gql_error_add((v)->errors, GQL_ERROR_VALIDATION, gql_rule_names[rule], (offsets), (count), __VA_ARGS__);   \
        }                                                                                                              \
    } while (0)
#define REPORT(v, rule, offset, ...) REPORT_AT(v, rule, ((const uint32_t[]){(offset)}), 1, __VA_ARGS__)

/* Counts work; false, with one error, when there is none left. */
bool gql_spend(struct validator *v, int64_t work);

void gql_check_directives(struct validator *v, const struct gql_directive *first, enum gql_place place);
/* The arguments of a field (`parent` is its type) or of a directive (`parent` is NULL). `known` is false when it is not
 * known what may be given. */
struct argument_place {
    const struct gql_type *parent;
    struct str name; /* of the field or directive */
    const struct gql_field *definitions;
    size_t count;
    bool known;
    uint32_t offset;
};
void gql_check_arguments(struct validator *v, const struct gql_argument *first, const struct argument_place *place);
/* A value where `type` is expected; with no type, only what holds for any. */
void gql_check_value(struct validator *v, const struct gql_value *value, struct gql_ref type);

/* Collects the spreads of the current part. */
void gql_find_spreads(struct validator *v, const struct gql_selection_set *set);
/* All that follows fragments: cycles, unused ones, variables. After every part was walked. */
void gql_check_fragments(struct validator *v);
void gql_check_introspection_depth(struct validator *v, const struct gql_selection *field);
void gql_check_subscription(struct validator *v, const struct gql_definition *operation);

/* OverlappingFieldsCanBeMerged for one selection set. */
void gql_check_overlap(struct validator *v, const struct gql_type *parent, const struct gql_selection_set *set);

/* A schema may have tens of thousands of names, and a document a hundred mistakes. */
enum { HINTS_MAX = 100000 };

static inline struct gql_suggestions gql_suggestions_for(struct validator *v, struct str input)
{
    return (struct gql_suggestions){.arena = v->arena, .input = input, .budget = &v->hints};
}

#endif

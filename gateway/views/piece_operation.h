/* What GraphQL calls operations on pieces, and how their arguments are shaped (contract: metadata 2.1 and 2.2). Pure.
 */
#ifndef PORTTI_VIEWS_PIECE_OPERATION_H
#define PORTTI_VIEWS_PIECE_OPERATION_H

#include "gateway/views/piece.h"

enum piece_action {
    PIECE_DO_LIST, /* of views: (objectMetadataId, viewTypes); else (viewId) */
    PIECE_DO_GET,  /* (id) */
    PIECE_DO_CREATE,
    PIECE_DO_UPDATE,
    PIECE_DO_DELETE,
    PIECE_DO_DESTROY
};

enum piece_arguments {
    PIECE_BY_VIEW,          /* viewId: String */
    PIECE_BY_REQUIRED_VIEW, /* viewId: String! */
    PIECE_BY_OBJECT,        /* objectMetadataId: String, viewTypes: [ViewType!] */
    PIECE_BY_ID,            /* id: String! */
    PIECE_BY_INPUT,         /* input: CreateViewInput! */
    PIECE_BY_INPUTS,        /* inputs: [CreateViewFieldInput!]! */
    PIECE_BY_ID_AND_INPUT,  /* id: String!, input: UpdateViewInput! */
    PIECE_BY_NESTED,        /* input: UpdateViewFieldInput!, which is {id, update} */
    PIECE_BY_NESTED_MANY,   /* inputs: [UpdateViewGroupInput!]! */
    PIECE_BY_INPUT_ID       /* input: DeleteViewFieldInput!, which is {id} */
};

struct piece_operation {
    const char *name;
    enum piece_kind kind;
    enum piece_action action;
    enum piece_arguments arguments;
    bool boolean; /* answers true, and not the piece */
};

extern const struct piece_operation piece_operations[];
extern const size_t piece_operation_count;
/* Of a root field's name, or NULL. */
const struct piece_operation *piece_operation_find(struct str name);
/* Is the answer a list? */
bool piece_operation_is_list(const struct piece_operation *operation);
bool piece_operation_is_query(const struct piece_operation *operation);

#endif

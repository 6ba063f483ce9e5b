#include "gateway/views/piece_operation.h"

/* clang-format off */
const struct piece_operation piece_operations[] = {
    {"getViews", PIECE_VIEW, PIECE_DO_LIST, PIECE_BY_OBJECT, false},
    {"getView", PIECE_VIEW, PIECE_DO_GET, PIECE_BY_ID, false},
    {"createView", PIECE_VIEW, PIECE_DO_CREATE, PIECE_BY_INPUT, false},
    {"updateView", PIECE_VIEW, PIECE_DO_UPDATE, PIECE_BY_ID_AND_INPUT, false},
    {"deleteView", PIECE_VIEW, PIECE_DO_DELETE, PIECE_BY_ID, true},
    {"destroyView", PIECE_VIEW, PIECE_DO_DESTROY, PIECE_BY_ID, true},

    {"getViewFields", PIECE_VIEW_FIELD, PIECE_DO_LIST, PIECE_BY_REQUIRED_VIEW, false},
    {"getViewField", PIECE_VIEW_FIELD, PIECE_DO_GET, PIECE_BY_ID, false},
    {"createViewField", PIECE_VIEW_FIELD, PIECE_DO_CREATE, PIECE_BY_INPUT, false},
    {"createManyViewFields", PIECE_VIEW_FIELD, PIECE_DO_CREATE, PIECE_BY_INPUTS, false},
    {"updateViewField", PIECE_VIEW_FIELD, PIECE_DO_UPDATE, PIECE_BY_NESTED, false},
    {"deleteViewField", PIECE_VIEW_FIELD, PIECE_DO_DELETE, PIECE_BY_INPUT_ID, false},
    {"destroyViewField", PIECE_VIEW_FIELD, PIECE_DO_DESTROY, PIECE_BY_INPUT_ID, false},

    {"getViewFilters", PIECE_VIEW_FILTER, PIECE_DO_LIST, PIECE_BY_VIEW, false},
    {"getViewFilter", PIECE_VIEW_FILTER, PIECE_DO_GET, PIECE_BY_ID, false},
    {"createViewFilter", PIECE_VIEW_FILTER, PIECE_DO_CREATE, PIECE_BY_INPUT, false},
    {"updateViewFilter", PIECE_VIEW_FILTER, PIECE_DO_UPDATE, PIECE_BY_NESTED, false},
    {"deleteViewFilter", PIECE_VIEW_FILTER, PIECE_DO_DELETE, PIECE_BY_INPUT_ID, false},
    {"destroyViewFilter", PIECE_VIEW_FILTER, PIECE_DO_DESTROY, PIECE_BY_INPUT_ID, false},

    {"getViewFilterGroups", PIECE_VIEW_FILTER_GROUP, PIECE_DO_LIST, PIECE_BY_VIEW, false},
    {"getViewFilterGroup", PIECE_VIEW_FILTER_GROUP, PIECE_DO_GET, PIECE_BY_ID, false},
    {"createViewFilterGroup", PIECE_VIEW_FILTER_GROUP, PIECE_DO_CREATE, PIECE_BY_INPUT, false},
    {"updateViewFilterGroup", PIECE_VIEW_FILTER_GROUP, PIECE_DO_UPDATE, PIECE_BY_ID_AND_INPUT, false},
    {"deleteViewFilterGroup", PIECE_VIEW_FILTER_GROUP, PIECE_DO_DELETE, PIECE_BY_ID, true},
    {"destroyViewFilterGroup", PIECE_VIEW_FILTER_GROUP, PIECE_DO_DESTROY, PIECE_BY_ID, true},

    {"getViewSorts", PIECE_VIEW_SORT, PIECE_DO_LIST, PIECE_BY_VIEW, false},
    {"getViewSort", PIECE_VIEW_SORT, PIECE_DO_GET, PIECE_BY_ID, false},
    {"createViewSort", PIECE_VIEW_SORT, PIECE_DO_CREATE, PIECE_BY_INPUT, false},
    {"updateViewSort", PIECE_VIEW_SORT, PIECE_DO_UPDATE, PIECE_BY_NESTED, false},
    {"deleteViewSort", PIECE_VIEW_SORT, PIECE_DO_DELETE, PIECE_BY_INPUT_ID, true},
    {"destroyViewSort", PIECE_VIEW_SORT, PIECE_DO_DESTROY, PIECE_BY_INPUT_ID, true},

    {"getViewGroups", PIECE_VIEW_GROUP, PIECE_DO_LIST, PIECE_BY_VIEW, false},
    {"getViewGroup", PIECE_VIEW_GROUP, PIECE_DO_GET, PIECE_BY_ID, false},
    {"createViewGroup", PIECE_VIEW_GROUP, PIECE_DO_CREATE, PIECE_BY_INPUT, false},
    {"createManyViewGroups", PIECE_VIEW_GROUP, PIECE_DO_CREATE, PIECE_BY_INPUTS, false},
    {"updateViewGroup", PIECE_VIEW_GROUP, PIECE_DO_UPDATE, PIECE_BY_NESTED, false},
    {"updateManyViewGroups", PIECE_VIEW_GROUP, PIECE_DO_UPDATE, PIECE_BY_NESTED_MANY, false},
    {"deleteViewGroup", PIECE_VIEW_GROUP, PIECE_DO_DELETE, PIECE_BY_INPUT_ID, false},
    {"destroyViewGroup", PIECE_VIEW_GROUP, PIECE_DO_DESTROY, PIECE_BY_INPUT_ID, false},

    {"getViewFieldGroups", PIECE_VIEW_FIELD_GROUP, PIECE_DO_LIST, PIECE_BY_REQUIRED_VIEW, false},
    {"getViewFieldGroup", PIECE_VIEW_FIELD_GROUP, PIECE_DO_GET, PIECE_BY_ID, false},
    {"createViewFieldGroup", PIECE_VIEW_FIELD_GROUP, PIECE_DO_CREATE, PIECE_BY_INPUT, false},
    {"createManyViewFieldGroups", PIECE_VIEW_FIELD_GROUP, PIECE_DO_CREATE, PIECE_BY_INPUTS, false},
    {"updateViewFieldGroup", PIECE_VIEW_FIELD_GROUP, PIECE_DO_UPDATE, PIECE_BY_NESTED, false},
    {"deleteViewFieldGroup", PIECE_VIEW_FIELD_GROUP, PIECE_DO_DELETE, PIECE_BY_INPUT_ID, false},
    {"destroyViewFieldGroup", PIECE_VIEW_FIELD_GROUP, PIECE_DO_DESTROY, PIECE_BY_INPUT_ID, false},
};
/* clang-format on */
const size_t piece_operation_count = ARRAY_LEN(piece_operations);

const struct piece_operation *piece_operation_find(struct str name)
{
    for (size_t i = 0; i < piece_operation_count; i++) {
        if (str_is(name, piece_operations[i].name)) {
            return &piece_operations[i];
        }
    }
    return NULL;
}

bool piece_operation_is_list(const struct piece_operation *operation)
{
    return operation->action == PIECE_DO_LIST || operation->arguments == PIECE_BY_INPUTS ||
           operation->arguments == PIECE_BY_NESTED_MANY;
}

bool piece_operation_is_query(const struct piece_operation *operation)
{
    return operation->action == PIECE_DO_LIST || operation->action == PIECE_DO_GET;
}

/* The kinds: one table each. The order of columns is the contract's (metadata 2.3). */
#include "gateway/views/piece.h"

static const struct piece_enum view_type = {
    "ViewType", "TABLE KANBAN CALENDAR LIST FIELDS_WIDGET TABLE_WIDGET KANBAN_WIDGET LIST_WIDGET CALENDAR_WIDGET",
    true};
static const struct piece_enum view_key = {"ViewKey", "INDEX", true};
static const struct piece_enum open_in = {"ViewOpenRecordIn", "SIDE_PANEL RECORD_PAGE", true};
static const struct piece_enum calendar_layout = {"ViewCalendarLayout", "DAY WEEK MONTH", true};
static const struct piece_enum visibility = {"ViewVisibility", "WORKSPACE UNLISTED", true};
static const struct piece_enum sort_direction = {"ViewSortDirection", "ASC DESC", true};
static const struct piece_enum group_operator = {"ViewFilterGroupLogicalOperator", "AND OR NOT", true};
static const struct piece_enum operand = {
    "ViewFilterOperand",
    "IS IS_NOT_NULL IS_NOT LESS_THAN_OR_EQUAL GREATER_THAN_OR_EQUAL IS_BEFORE IS_AFTER CONTAINS DOES_NOT_CONTAIN "
    "IS_EMPTY IS_NOT_EMPTY IS_RELATIVE IS_IN_PAST IS_IN_FUTURE IS_TODAY VECTOR_SEARCH",
    true};
static const struct piece_enum aggregate = {"AggregateOperations",
                                            "MIN MAX AVG SUM COUNT COUNT_UNIQUE_VALUES COUNT_EMPTY COUNT_NOT_EMPTY "
                                            "COUNT_TRUE COUNT_FALSE PERCENTAGE_EMPTY PERCENTAGE_NOT_EMPTY",
                                            true};
static const struct piece_enum layout_type = {"PageLayoutType", "RECORD_INDEX RECORD_PAGE DASHBOARD STANDALONE_PAGE",
                                              false};
static const struct piece_enum layout_mode = {"PageLayoutTabLayoutMode", "GRID VERTICAL_LIST CANVAS", false};
static const struct piece_enum widget_type = {
    "WidgetType",
    "VIEW IFRAME FIELD FIELDS GRAPH STANDALONE_RICH_TEXT TIMELINE TASKS NOTES FILES EMAILS CALENDAR "
    "FIELD_RICH_TEXT WORKFLOW WORKFLOW_VERSION WORKFLOW_RUN FRONT_COMPONENT RECORD_TABLE",
    false};

const struct piece_enum *const piece_enums[] = {
    &view_type, &view_key,    &open_in,     &calendar_layout, &visibility, &sort_direction, &group_operator, &operand,
    &aggregate, &layout_type, &layout_mode, &widget_type,     NULL,
};

/* clang-format off */
#define MOMENT(name, stored) {name, "to_char(~." stored " at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')", PIECE_TIME, PIECE_SERVED, NULL, PIECE_TO_NOTHING, PIECE_VIEW, NULL, NULL}
#define MOMENTS MOMENT("createdAt", "created_at"), MOMENT("updatedAt", "updated_at")
#define DELETED {"deletedAt", "to_char(~.deleted_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')", PIECE_TIME, PIECE_SERVED | PIECE_NULLABLE, NULL, PIECE_TO_NOTHING, PIECE_VIEW, NULL, NULL}
#define OWN_ID {"id", "id", PIECE_UUID, PIECE_FIXED, NULL, PIECE_TO_NOTHING, PIECE_VIEW, NULL, NULL}
#define SERVED(name, expression, type) {name, expression, type, PIECE_SERVED, NULL, PIECE_TO_NOTHING, PIECE_VIEW, NULL, NULL}
#define PLAIN(name, stored, type, rules, fallback) {name, stored, type, rules, fallback, PIECE_TO_NOTHING, PIECE_VIEW, NULL, NULL}
#define CHOICE(name, stored, rules, fallback, values) {name, stored, PIECE_ENUM, rules, fallback, PIECE_TO_NOTHING, PIECE_VIEW, &(values), NULL}
#define LINKED(name, stored, rules, link) {name, stored, PIECE_UUID, rules, NULL, link, PIECE_VIEW, NULL, NULL}
#define PART_OF(name, stored, rules, kind) {name, stored, PIECE_UUID, rules, NULL, PIECE_TO_PIECE, kind, NULL, NULL}
#define WORKSPACE SERVED("workspaceId", "w.id", PIECE_UUID)
#define APPLICATION SERVED("applicationId", "case when ~.is_custom then w.application_custom_id else w.application_standard_id end", PIECE_UUID)
#define IN_VIEW(rules) PART_OF("viewId", "view_id", PIECE_REQUIRED | PIECE_FIXED | (rules), PIECE_VIEW)
/* clang-format on */

/* The name is stored as it was given, and read with the object's label in it. */
static const struct piece_column view_columns[] = {
    OWN_ID,
    SERVED("universalIdentifier", "~.universal_id", PIECE_UUID),
    APPLICATION,
    SERVED("isSystemSideEffect", "~.is_system_side_effect", PIECE_FLAG),
    {"name", "name", PIECE_TEXT, PIECE_REQUIRED | PIECE_NAMED, NULL, PIECE_TO_NOTHING, PIECE_VIEW, NULL,
     "replace(~.name, '{objectLabelPlural}', (select o.label_plural from core.object o where o.id = ~.object_id))"},
    LINKED("objectMetadataId", "object_id", PIECE_REQUIRED | PIECE_FIXED, PIECE_TO_OBJECT),
    CHOICE("type", "type", 0, "\"TABLE\"", view_type),
    CHOICE("key", "key", PIECE_NULLABLE | PIECE_FIXED, NULL, view_key),
    PLAIN("icon", "icon", PIECE_TEXT, PIECE_REQUIRED, NULL),
    PLAIN("position", "position", PIECE_NUMBER, 0, "0"),
    PLAIN("isCompact", "is_compact", PIECE_FLAG, 0, "false"),
    SERVED("isCustom", "~.is_custom", PIECE_FLAG),
    CHOICE("openRecordIn", "open_record_in", 0, "\"SIDE_PANEL\"", open_in),
    CHOICE("kanbanAggregateOperation", "kanban_aggregate_operation", PIECE_NULLABLE, NULL, aggregate),
    LINKED("kanbanAggregateOperationFieldMetadataId", "kanban_aggregate_field_id", PIECE_NULLABLE, PIECE_TO_FIELD),
    LINKED("mainGroupByFieldMetadataId", "main_group_by_field_id", PIECE_NULLABLE, PIECE_TO_FIELD),
    PLAIN("shouldHideEmptyGroups", "should_hide_empty_groups", PIECE_FLAG, 0, "false"),
    PLAIN("kanbanColumnWidth", "kanban_column_width", PIECE_INTEGER, PIECE_NULLABLE, NULL),
    PLAIN("groupLoadLimit", "group_load_limit", PIECE_INTEGER, PIECE_NULLABLE, NULL),
    LINKED("calendarFieldMetadataId", "calendar_field_id", PIECE_NULLABLE, PIECE_TO_FIELD),
    LINKED("calendarEndFieldMetadataId", "calendar_end_field_id", PIECE_NULLABLE, PIECE_TO_FIELD),
    WORKSPACE,
    PLAIN("anyFieldFilterValue", "any_field_filter_value", PIECE_TEXT, PIECE_NULLABLE, NULL),
    CHOICE("calendarLayout", "calendar_layout", PIECE_NULLABLE, NULL, calendar_layout),
    MOMENTS,
    DELETED,
    CHOICE("visibility", "visibility", 0, "\"WORKSPACE\"", visibility),
    {"createdByUserWorkspaceId", "null::uuid", PIECE_UUID, PIECE_SERVED | PIECE_NULLABLE, NULL, PIECE_TO_NOTHING,
     PIECE_VIEW, NULL, NULL},
    SERVED("isActive", "true", PIECE_FLAG),
};
static const struct piece_list view_lists[] = {
    {"viewFields", PIECE_VIEW_FIELD, "view_id"},
    {"viewFilters", PIECE_VIEW_FILTER, "view_id"},
    {"viewFilterGroups", PIECE_VIEW_FILTER_GROUP, "view_id"},
    {"viewSorts", PIECE_VIEW_SORT, "view_id"},
    {"viewGroups", PIECE_VIEW_GROUP, "view_id"},
    {"viewFieldGroups", PIECE_VIEW_FIELD_GROUP, "view_id"},
};

static const struct piece_column view_field_columns[] = {
    OWN_ID,
    SERVED("universalIdentifier", "~.universal_id", PIECE_UUID),
    APPLICATION,
    SERVED("isSystemSideEffect", "~.is_system_side_effect", PIECE_FLAG),
    LINKED("fieldMetadataId", "field_id", PIECE_REQUIRED | PIECE_FIXED, PIECE_TO_FIELD),
    PLAIN("isVisible", "is_visible", PIECE_FLAG, 0, "true"),
    PLAIN("size", "size", PIECE_NUMBER, 0, "180"),
    PLAIN("position", "position", PIECE_NUMBER, 0, "0"),
    CHOICE("aggregateOperation", "aggregate_operation", PIECE_NULLABLE, NULL, aggregate),
    IN_VIEW(0),
    PART_OF("viewFieldGroupId", "group_id", PIECE_NULLABLE, PIECE_VIEW_FIELD_GROUP),
    WORKSPACE,
    MOMENTS,
    SERVED("isActive", "true", PIECE_FLAG),
    DELETED,
    {"isOverridden", "false", PIECE_FLAG, PIECE_SERVED | PIECE_NULLABLE, NULL, PIECE_TO_NOTHING, PIECE_VIEW, NULL,
     NULL},
};

static const struct piece_column view_filter_columns[] = {
    OWN_ID,
    LINKED("fieldMetadataId", "field_id", PIECE_REQUIRED, PIECE_TO_FIELD),
    CHOICE("operand", "operand", 0, "\"CONTAINS\"", operand),
    PLAIN("value", "value", PIECE_JSON, PIECE_REQUIRED, NULL),
    PART_OF("viewFilterGroupId", "group_id", PIECE_NULLABLE, PIECE_VIEW_FILTER_GROUP),
    PLAIN("positionInViewFilterGroup", "position_in_group", PIECE_NUMBER, PIECE_NULLABLE, NULL),
    PLAIN("subFieldName", "sub_field_name", PIECE_TEXT, PIECE_NULLABLE, NULL),
    LINKED("relationTargetFieldMetadataId", "target_field_id", PIECE_NULLABLE, PIECE_TO_ANY_FIELD),
    IN_VIEW(0),
    WORKSPACE,
    MOMENTS,
    DELETED,
};

static const struct piece_column view_filter_group_columns[] = {
    OWN_ID,
    PART_OF("parentViewFilterGroupId", "parent_group_id", PIECE_NULLABLE, PIECE_VIEW_FILTER_GROUP),
    CHOICE("logicalOperator", "logical_operator", 0, "\"AND\"", group_operator),
    PLAIN("positionInViewFilterGroup", "position_in_group", PIECE_NUMBER, PIECE_NULLABLE, NULL),
    IN_VIEW(PIECE_ECHOED),
    WORKSPACE,
    MOMENTS,
    DELETED,
};

static const struct piece_column view_sort_columns[] = {
    OWN_ID,
    LINKED("fieldMetadataId", "field_id", PIECE_REQUIRED | PIECE_FIXED, PIECE_TO_FIELD),
    CHOICE("direction", "direction", 0, "\"ASC\"", sort_direction),
    PLAIN("subFieldName", "sub_field_name", PIECE_TEXT, PIECE_NULLABLE, NULL),
    IN_VIEW(0),
    WORKSPACE,
    MOMENTS,
    DELETED,
};

static const struct piece_column view_group_columns[] = {
    OWN_ID,
    PLAIN("isVisible", "is_visible", PIECE_FLAG, 0, "true"),
    PLAIN("fieldValue", "field_value", PIECE_TEXT, PIECE_REQUIRED, NULL),
    PLAIN("position", "position", PIECE_NUMBER, 0, "0"),
    IN_VIEW(0),
    WORKSPACE,
    MOMENTS,
    DELETED,
};

static const struct piece_column view_field_group_columns[] = {
    OWN_ID,
    PLAIN("name", "name", PIECE_TEXT, PIECE_REQUIRED | PIECE_NAMED, NULL),
    PLAIN("position", "position", PIECE_NUMBER, 0, "0"),
    PLAIN("isVisible", "is_visible", PIECE_FLAG, 0, "true"),
    IN_VIEW(0),
    WORKSPACE,
    MOMENTS,
    SERVED("isActive", "true", PIECE_FLAG),
    DELETED,
    SERVED("isOverridden", "false", PIECE_FLAG),
};
static const struct piece_list view_field_group_lists[] = {{"viewFields", PIECE_VIEW_FIELD, "group_id"}};

static const struct piece_column page_layout_columns[] = {
    OWN_ID,
    PLAIN("name", "name", PIECE_TEXT, PIECE_REQUIRED | PIECE_NAMED, NULL),
    CHOICE("type", "type", 0, "\"RECORD_PAGE\"", layout_type),
    LINKED("objectMetadataId", "object_id", PIECE_NULLABLE | PIECE_FIXED, PIECE_TO_OBJECT),
    PART_OF("defaultTabToFocusOnMobileAndSidePanelId", "first_tab_id", PIECE_NULLABLE, PIECE_PAGE_LAYOUT_TAB),
    WORKSPACE,
    MOMENTS,
    DELETED,
};

static const struct piece_column page_layout_tab_columns[] = {
    OWN_ID,
    PLAIN("title", "title", PIECE_TEXT, PIECE_REQUIRED | PIECE_NAMED, NULL),
    PLAIN("icon", "icon", PIECE_TEXT, PIECE_NULLABLE, NULL),
    PLAIN("position", "position", PIECE_NUMBER, 0, "0"),
    CHOICE("layoutMode", "layout_mode", 0, "\"GRID\"", layout_mode),
    PART_OF("pageLayoutId", "page_layout_id", PIECE_REQUIRED | PIECE_FIXED, PIECE_PAGE_LAYOUT),
    WORKSPACE,
    MOMENTS,
    DELETED,
};

static const struct piece_column page_layout_widget_columns[] = {
    OWN_ID,
    PART_OF("pageLayoutTabId", "tab_id", PIECE_REQUIRED | PIECE_FIXED, PIECE_PAGE_LAYOUT_TAB),
    PLAIN("title", "title", PIECE_TEXT, PIECE_REQUIRED | PIECE_NAMED, NULL),
    CHOICE("type", "type", 0, "\"VIEW\"", widget_type),
    LINKED("objectMetadataId", "object_id", PIECE_NULLABLE, PIECE_TO_OBJECT),
    PLAIN("gridPosition", "grid_position", PIECE_JSON, PIECE_REQUIRED, NULL),
    PLAIN("configuration", "configuration", PIECE_JSON, PIECE_NULLABLE, NULL),
    WORKSPACE,
    MOMENTS,
    DELETED,
};

#define COLUMNS(rows) .columns = (rows), .column_count = ARRAY_LEN(rows)
#define LISTS(rows)   .lists = (rows), .list_count = ARRAY_LEN(rows)
#define OF_VIEW       .parent_name = "viewId", .parent_stored = "view_id", .scope = "view_id", .of_view = true

const struct piece_info piece_kinds[PIECE_KIND_COUNT] = {
    [PIECE_VIEW] = {"view", "views", "View", "View", "view", COLUMNS(view_columns), LISTS(view_lists),
                    .parent_name = "objectMetadataId", .parent_stored = "object_id", .scope = "id", .of_view = true,
                    .order = "~.position, ~.created_at, ~.id", .invalid = "INVALID_VIEW_DATA",
                    .missing = "VIEW_NOT_FOUND", .report = REPORT_VIEW},
    [PIECE_VIEW_FIELD] = {"viewField", "viewFields", "ViewField", "View field", "view_field",
                          COLUMNS(view_field_columns), OF_VIEW, .order = "~.position, ~.created_at, ~.id",
                          .invalid = "INVALID_VIEW_FIELD_DATA", .missing = "VIEW_FIELD_NOT_FOUND",
                          .report = REPORT_VIEW_FIELD},
    [PIECE_VIEW_FILTER] = {"viewFilter", "viewFilters", "ViewFilter", "View filter", "view_filter",
                           COLUMNS(view_filter_columns), OF_VIEW, .order = "~.position_in_group, ~.created_at, ~.id",
                           .invalid = "INVALID_VIEW_FILTER_DATA", .missing = "VIEW_FILTER_NOT_FOUND",
                           .report = REPORT_VIEW_FILTER},
    [PIECE_VIEW_FILTER_GROUP] = {"viewFilterGroup", "viewFilterGroups", "ViewFilterGroup", "View filter group",
                                 "view_filter_group", COLUMNS(view_filter_group_columns), OF_VIEW,
                                 .order = "~.position_in_group, ~.created_at, ~.id",
                                 .invalid = "INVALID_VIEW_FILTER_GROUP_DATA", .missing = "VIEW_FILTER_GROUP_NOT_FOUND",
                                 .report = REPORT_VIEW_FILTER_GROUP},
    [PIECE_VIEW_SORT] = {"viewSort", "viewSorts", "ViewSort", "View sort", "view_sort", COLUMNS(view_sort_columns),
                         OF_VIEW, .order = "~.created_at, ~.id", .invalid = "INVALID_VIEW_SORT_DATA",
                         .missing = "VIEW_SORT_NOT_FOUND", .report = REPORT_VIEW_SORT},
    [PIECE_VIEW_GROUP] = {"viewGroup", "viewGroups", "ViewGroup", "View group", "view_group",
                          COLUMNS(view_group_columns), OF_VIEW, .order = "~.position, ~.created_at, ~.id",
                          .invalid = "INVALID_VIEW_GROUP_DATA", .missing = "VIEW_GROUP_NOT_FOUND",
                          .report = REPORT_VIEW_GROUP},
    [PIECE_VIEW_FIELD_GROUP] = {"viewFieldGroup", "viewFieldGroups", "ViewFieldGroup", "View field group",
                                "view_field_group", COLUMNS(view_field_group_columns), LISTS(view_field_group_lists),
                                OF_VIEW, .order = "~.position, ~.created_at, ~.id",
                                .invalid = "INVALID_VIEW_FIELD_GROUP_DATA", .missing = "VIEW_FIELD_GROUP_NOT_FOUND",
                                .report = REPORT_VIEW_FIELD_GROUP},
    [PIECE_PAGE_LAYOUT] = {"pageLayout", "pageLayouts", "PageLayout", "Page layout", "page_layout",
                           COLUMNS(page_layout_columns), .parent_name = "objectMetadataId",
                           .parent_stored = "object_id", .type_name = "pageLayoutType", .scope = "id",
                           .order = "~.created_at, ~.id", .invalid = "INVALID_PAGE_LAYOUT_DATA",
                           .missing = "PAGE_LAYOUT_NOT_FOUND", .report = REPORT_PAGE_LAYOUT},
    [PIECE_PAGE_LAYOUT_TAB] = {"pageLayoutTab", "pageLayoutTabs", "PageLayoutTab", "Page layout tab", "page_layout_tab",
                               COLUMNS(page_layout_tab_columns), .parent_name = "pageLayoutId",
                               .parent_stored = "page_layout_id", .parent_wanted = true, .scope = "page_layout_id",
                               .order = "~.position, ~.created_at, ~.id", .invalid = "INVALID_PAGE_LAYOUT_TAB_DATA",
                               .missing = "PAGE_LAYOUT_TAB_NOT_FOUND", .report = REPORT_PAGE_LAYOUT_TAB},
    [PIECE_PAGE_LAYOUT_WIDGET] = {"pageLayoutWidget", "pageLayoutWidgets", "PageLayoutWidget", "Page layout widget",
                                  "page_layout_widget", COLUMNS(page_layout_widget_columns),
                                  .parent_name = "pageLayoutTabId", .parent_stored = "tab_id", .parent_wanted = true,
                                  .scope = "tab_id", .order = "~.created_at, ~.id",
                                  .invalid = "INVALID_PAGE_LAYOUT_WIDGET_DATA",
                                  .missing = "PAGE_LAYOUT_WIDGET_NOT_FOUND", .report = REPORT_PAGE_LAYOUT_WIDGET},
};

const struct piece_column *piece_column(const struct piece_info *info, struct str name)
{
    for (size_t i = 0; i < info->column_count; i++) {
        if (str_is(name, info->columns[i].name)) {
            return &info->columns[i];
        }
    }
    return NULL;
}

bool piece_enum_has(const struct piece_enum *values, struct str word)
{
    struct str rest = str_from(values->values);
    struct str value;
    while (str_split(&rest, ' ', &value)) {
        if (str_eq(value, word)) {
            return true;
        }
    }
    return false;
}

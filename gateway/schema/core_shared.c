/* The types that all objects share (contract 2.3 to 2.6). */
#include "gateway/schema/core_build.h"

#define OP(text, type_text, role_name)                                                                                 \
    {                                                                                                                  \
        .name = (text), .type = (type_text), .role = (role_name)                                                       \
    }
#define OP_ORDER(t)       OP("eq", t, CORE_EQ), OP("gt", t, CORE_GT), OP("gte", t, CORE_GTE)
#define OP_ORDER_AFTER(t) OP("lt", t, CORE_LT), OP("lte", t, CORE_LTE), OP("neq", t, CORE_NEQ)
#define OP_IS             OP("is", "FilterIs", CORE_IS)
#define COMPARABLE(name, t, list)                                                                                      \
    static const struct gql_field_row name[] = {OP_ORDER(t), OP("in", list, CORE_IN), OP_ORDER_AFTER(t), OP_IS, {0}}

COMPARABLE(uuid_filter, "UUID", "[UUID]");
COMPARABLE(int_filter, "Int", "[Int!]");
COMPARABLE(float_filter, "Float", "[Float!]");
COMPARABLE(big_int_filter, "BigInt", "[BigInt!]");
COMPARABLE(big_float_filter, "BigFloat", "[BigFloat!]");
COMPARABLE(date_filter, "Date", "[Date!]");
COMPARABLE(date_time_filter, "DateTime", "[DateTime!]");
static const struct gql_field_row string_filter[] = {
    OP_ORDER("String"),
    OP("in", "[String!]", CORE_IN),
    OP_ORDER_AFTER("String"),
    OP("startsWith", "String", CORE_STARTS_WITH),
    OP("endsWith", "String", CORE_ENDS_WITH),
    OP("like", "String", CORE_LIKE),
    OP("ilike", "String", CORE_ILIKE),
    OP("regex", "String", CORE_REGEX),
    OP("iregex", "String", CORE_IREGEX),
    OP_IS,
    {0},
};
static const struct gql_field_row boolean_filter[] = {OP("eq", "Boolean", CORE_EQ), OP_IS, {0}};
static const struct gql_field_row json_filter[] = {OP_IS, OP("like", "String", CORE_LIKE), {0}};
static const struct gql_field_row array_filter[] = {
    OP("containsIlike", "String", CORE_CONTAINS_ILIKE), OP_IS, OP("isEmptyArray", "Boolean", CORE_IS_EMPTY_ARRAY), {0}};
static const struct gql_field_row multi_select_filter[] = {
    OP("containsAny", "[String]", CORE_CONTAINS_ANY), OP_IS, OP("isEmptyArray", "Boolean", CORE_IS_EMPTY_ARRAY), {0}};
static const struct gql_field_row select_filter[] = {OP("in", "[String]", CORE_IN), OP_IS, {0}};
static const struct gql_field_row ts_vector_filter[] = {OP("search", "String", CORE_SEARCH), {0}};
static const struct gql_field_row rich_text_leaf[] = {OP("ilike", "String", CORE_ILIKE), {0}};
static const struct gql_field_row actor_source_filter[] = {
    OP("eq", "ActorSourceEnum", CORE_EQ),
    OP("neq", "ActorSourceEnum", CORE_NEQ),
    OP("in", "[ActorSourceEnum]", CORE_IN),
    OP("containsAny", "[ActorSourceEnum]", CORE_CONTAINS_ANY),
    OP_IS,
    OP("isEmptyArray", "Boolean", CORE_IS_EMPTY_ARRAY),
    {0},
};

#define MEMBER(text, type_text) OP(text, type_text, CORE_JSON_MEMBER)
static const struct gql_field_row secondary_link[] = {MEMBER("label", "String"), MEMBER("url", "String"), {0}};
static const struct gql_field_row additional_phone[] = {
    MEMBER("number", "String"), MEMBER("callingCode", "String"), MEMBER("countryCode", "String"), {0}};
static const struct gql_field_row actor_context[] = {MEMBER("provider", "String"), {0}};
static const struct gql_field_row file_object[] = {
    MEMBER("fileId", "UUID!"), MEMBER("label", "String!"), MEMBER("extension", "String"), MEMBER("url", "String"), {0}};
static const struct gql_field_row file_item[] = {MEMBER("fileId", "UUID!"), MEMBER("label", "String!"), {0}};

static const struct gql_field_row page_info[] = {
    OP("startCursor", "ConnectionCursor", CORE_START_CURSOR),
    OP("endCursor", "ConnectionCursor", CORE_END_CURSOR),
    OP("hasNextPage", "Boolean!", CORE_HAS_NEXT_PAGE),
    OP("hasPreviousPage", "Boolean!", CORE_HAS_PREVIOUS_PAGE),
    {0},
};
static const struct gql_field_row date_group[] = {OP("granularity", "DateGranularityEnum", CORE_NOTHING),
                                                  OP("weekStartDay", "FirstDayOfTheWeek", CORE_NOTHING),
                                                  OP("timeZone", "String", CORE_NOTHING),
                                                  {0}};
static const struct gql_field_row date_order[] = {
    OP("orderBy", "OrderByDirection", CORE_NOTHING), OP("granularity", "DateGranularityEnum", CORE_NOTHING), {0}};
static const struct gql_field_row share_with[] = {OP("workspaceMemberId", "UUID", CORE_NOTHING),
                                                  OP("roleId", "UUID", CORE_NOTHING),
                                                  OP("everyone", "Boolean", CORE_NOTHING),
                                                  OP("accessLevel", "RecordShareAccessLevel!", CORE_NOTHING),
                                                  {0}};

#define SCALAR(text, words)                                                                                            \
    {                                                                                                                  \
        .kind = GQL_SCALAR, .name = (text), .description = (words)                                                     \
    }
#define INPUT(text, rows)                                                                                              \
    {                                                                                                                  \
        .kind = GQL_INPUT, .name = (text), .fields = (rows)                                                            \
    }
#define ITEM(text, rows)                                                                                               \
    {                                                                                                                  \
        .kind = GQL_OBJECT, .name = (text), .fields = (rows), .bare = true, .role = CORE_TYPE_JSON_ITEM                \
    }
#define ENUM(text, names)                                                                                              \
    {                                                                                                                  \
        .kind = GQL_ENUM, .name = (text), .values = (names)                                                            \
    }
static const struct gql_type_row shared_types[] = {
    {.kind = GQL_SCALAR,
     .name = "UUID",
     .specified_by = "https://datatracker.ietf.org/doc/html/rfc4122",
     .description = "A UUID in its text form."},
    SCALAR("DateTime", "A moment: ISO 8601 in UTC with milliseconds, such as `2025-01-13T10:30:00.000Z`."),
    SCALAR("Date", "A day, such as `2025-01-13`."),
    SCALAR("Time", "A time of day."),
    SCALAR("BigFloat", "A decimal number of any size; as input also its text."),
    SCALAR("BigInt", "A whole number of any size; as input also its text."),
    SCALAR("Position", "A place in a list: a number, or as input also `\"first\"` or `\"last\"`."),
    SCALAR("JSON", "Any JSON value."),
    SCALAR("Cursor", "A place in a connection; not to be taken apart."),
    SCALAR("ConnectionCursor", "A place in a connection; not to be taken apart."),
    SCALAR("TSVector", "What full-text search looks at."),
    ENUM("OrderByDirection", "AscNullsFirst AscNullsLast DescNullsFirst DescNullsLast"),
    ENUM("FilterIs", "NULL NOT_NULL"),
    ENUM("DateGranularityEnum",
         "DAY MONTH QUARTER YEAR WEEK DAY_OF_THE_WEEK MONTH_OF_THE_YEAR QUARTER_OF_THE_YEAR NONE"),
    ENUM("FirstDayOfTheWeek", "MONDAY SUNDAY SATURDAY"),
    ENUM("ActorSourceEnum", "EMAIL CALENDAR WORKFLOW AGENT API IMPORT MANUAL SYSTEM WEBHOOK APPLICATION"),
    ENUM("RecordShareAccessLevel", "READ READ_WRITE FULL"),
    ENUM("RecordEventAction", "CREATED UPDATED DELETED RESTORED DESTROYED"),
    INPUT("StringFilter", string_filter),
    INPUT("UUIDFilter", uuid_filter),
    INPUT("IntFilter", int_filter),
    INPUT("FloatFilter", float_filter),
    INPUT("BigIntFilter", big_int_filter),
    INPUT("BigFloatFilter", big_float_filter),
    INPUT("DateFilter", date_filter),
    INPUT("DateTimeFilter", date_time_filter),
    INPUT("BooleanFilter", boolean_filter),
    INPUT("RawJsonFilter", json_filter),
    INPUT("ArrayFilter", array_filter),
    INPUT("MultiSelectFilter", multi_select_filter),
    INPUT("SelectFilter", select_filter),
    INPUT("TSVectorFilter", ts_vector_filter),
    INPUT("RichTextLeafFilter", rich_text_leaf),
    INPUT("ActorSourceEnumFilter", actor_source_filter),
    INPUT("GroupByDateGranularityInput", date_group),
    INPUT("OrderByDateGranularityInput", date_order),
    INPUT("ShareWithInput", share_with),
    ITEM("SecondaryLink", secondary_link),
    ITEM("AdditionalPhone", additional_phone),
    ITEM("ActorContext", actor_context),
    ITEM("FileObject", file_object),
    INPUT("SecondaryLinkInput", secondary_link),
    INPUT("AdditionalPhoneInput", additional_phone),
    INPUT("ActorContextInput", actor_context),
    INPUT("FileItemInput", file_item),
    {.kind = GQL_OBJECT, .name = "PageInfo", .fields = page_info, .role = CORE_TYPE_PAGE_INFO},
};

/* ---- composites, from the table of field types ---- */

static const char *const composite_names[FIELD_TYPE_COUNT] = {
    [FIELD_FULL_NAME] = "FullName", [FIELD_EMAILS] = "Emails",      [FIELD_PHONES] = "Phones",
    [FIELD_LINKS] = "Links",        [FIELD_ADDRESS] = "Address",    [FIELD_CURRENCY] = "Currency",
    [FIELD_ACTOR] = "Actor",        [FIELD_RICH_TEXT] = "RichText",
};

const char *core_composite_name(enum field_type type)
{
    return composite_names[type];
}

struct sub_types {
    struct gql_ref output;
    struct gql_ref input;
    struct gql_ref filter;
};

static struct sub_types types_of_sub(struct core_builder *b, const struct sub_field_type *sub)
{
    struct gql_builder *gql = &b->gql;
    switch (sub->form) {
    case JSON_FORM_EMAIL_LIST:
        return (struct sub_types){
            gql_build_ref(gql, "[String!]"), gql_build_ref(gql, "[String!]"), {b->json_filter, 0}};
    case JSON_FORM_PHONE_LIST:
        return (struct sub_types){gql_build_ref(gql, "[AdditionalPhone!]"),
                                  gql_build_ref(gql, "[AdditionalPhoneInput!]"),
                                  {b->json_filter, 0}};
    case JSON_FORM_LINK_LIST:
        return (struct sub_types){
            gql_build_ref(gql, "[SecondaryLink!]"), gql_build_ref(gql, "[SecondaryLinkInput!]"), {b->json_filter, 0}};
    case JSON_FORM_ANY:
        return (struct sub_types){
            gql_build_ref(gql, "ActorContext"), gql_build_ref(gql, "ActorContextInput"), {b->json_filter, 0}};
    case JSON_FORM_OPTION:
        return (struct sub_types){{b->actor_source, 0}, {b->actor_source, 0}, {b->actor_source_filter, 0}};
    default: break;
    }
    switch (sub->column) {
    case COLUMN_NUMERIC: return (struct sub_types){{b->big_float, 0}, {b->big_float, 0}, {b->big_float_filter, 0}};
    case COLUMN_UUID: return (struct sub_types){{b->uuid, 0}, {b->uuid, 0}, {b->uuid_filter, 0}};
    default: return (struct sub_types){{b->string, 0}, {b->string, 0}, {b->string_filter, 0}};
    }
}

static void describe(struct core_builder *b, enum gql_type_kind kind, struct str name, const struct core_fields *fields)
{
    gql_build_fields(&b->gql, gql_build_type(&b->gql, kind, name), core_keep(b, fields), fields->count);
}

static void build_composite(struct core_builder *b, enum field_type type)
{
    const struct field_type_info *info = &field_types[type];
    struct str name = str_from(composite_names[type]);
    struct core_fields output = {0}, input = {0}, filter = {0}, order = {0}, group = {0};
    struct gql_ref leaf = gql_build_ref(&b->gql, "RichTextLeafFilter");
    for (size_t i = 0; i < info->sub_count; i++) {
        const struct sub_field_type *sub = &info->subs[i];
        struct sub_types types = types_of_sub(b, sub);
        struct str key = str_from(sub->name);
        core_add(b, &output, key, types.output, CORE_SUB, sub);
        core_add(b, &filter, key, type == FIELD_RICH_TEXT ? leaf : types.filter, CORE_SUB, sub);
        core_add(b, &order, key, (struct gql_ref){b->direction, 0}, CORE_SUB, sub);
        if (!sub->output_only) {
            core_add(b, &input, key, types.input, CORE_SUB, sub);
        }
        if (sub->column != COLUMN_JSONB) {
            core_add(b, &group, key, (struct gql_ref){b->boolean, 0}, CORE_SUB, sub);
        }
    }
    describe(b, GQL_INPUT, core_join(b, name, "CreateInput", ""), &input);
    describe(b, GQL_INPUT, core_join(b, name, "UpdateInput", ""), &input);
    describe(b, GQL_INPUT, type == FIELD_RICH_TEXT ? STR("RichTextFilter") : core_join(b, name, "FilterInput", ""),
             &filter);
    describe(b, GQL_INPUT, core_join(b, name, "OrderByInput", ""), &order);
    describe(b, GQL_INPUT, core_join(b, name, "GroupByInput", ""), &group);
    describe(b, GQL_OBJECT, name, &output);
    struct gql_type *made = &b->gql.types[core_name(b, name, "")];
    made->role = CORE_TYPE_COMPOSITE;
    made->source = info;
    made->bare = true;
}

void core_build_shared(struct core_builder *b)
{
    const struct {
        uint32_t *place;
        const char *name;
    } names[] = {
        {&b->string, "String"},
        {&b->integer, "Int"},
        {&b->number, "Float"},
        {&b->boolean, "Boolean"},
        {&b->id, "ID"},
        {&b->uuid, "UUID"},
        {&b->date_time, "DateTime"},
        {&b->date, "Date"},
        {&b->big_int, "BigInt"},
        {&b->big_float, "BigFloat"},
        {&b->position, "Position"},
        {&b->json, "JSON"},
        {&b->ts_vector, "TSVector"},
        {&b->cursor, "Cursor"},
        {&b->direction, "OrderByDirection"},
        {&b->page_info, "PageInfo"},
        {&b->file_object, "FileObject"},
        {&b->file_item, "FileItemInput"},
        {&b->date_order, "OrderByDateGranularityInput"},
        {&b->date_group, "GroupByDateGranularityInput"},
        {&b->actor_source, "ActorSourceEnum"},
        {&b->string_filter, "StringFilter"},
        {&b->uuid_filter, "UUIDFilter"},
        {&b->int_filter, "IntFilter"},
        {&b->float_filter, "FloatFilter"},
        {&b->big_int_filter, "BigIntFilter"},
        {&b->big_float_filter, "BigFloatFilter"},
        {&b->boolean_filter, "BooleanFilter"},
        {&b->date_filter, "DateFilter"},
        {&b->date_time_filter, "DateTimeFilter"},
        {&b->json_filter, "RawJsonFilter"},
        {&b->array_filter, "ArrayFilter"},
        {&b->ts_vector_filter, "TSVectorFilter"},
        {&b->actor_source_filter, "ActorSourceEnumFilter"},
    };
    gql_build_tables(&b->gql, shared_types, ARRAY_LEN(shared_types));
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        *names[i].place = gql_build_name(&b->gql, str_from(names[i].name));
    }
    for (size_t i = 0; i < FIELD_TYPE_COUNT; i++) {
        if (composite_names[i] != NULL) {
            build_composite(b, (enum field_type)i);
        }
    }
}

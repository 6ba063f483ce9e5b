/* Objects, fields, relations and indexes: what is read, what is given, how lists are filtered and paged
 * (contract/metadata 2.3 and 2.4). */
#include "gateway/schema/metadata_schema.h"

#include "gateway/schema/metadata_tables.h"

#define PAGING                                                                                                         \
    {                                                                                                                  \
        .name = "paging", .type = "CursorPaging!", .default_text = "{first: 10}"                                       \
    }
static const struct gql_argument_row fields_page[] = {
    PAGING, {.name = "filter", .type = "FieldFilter!", .default_text = "{}"}, {0}};
static const struct gql_argument_row indexes_page[] = {
    PAGING, {.name = "filter", .type = "IndexFilter!", .default_text = "{}"}, {0}};

static const struct gql_field_row object[] = {
    FIELD("id", "UUID!", META_ID),
    FIELD("universalIdentifier", "String!", META_UNIVERSAL_ID),
    FIELD("nameSingular", "String!", META_NAME_SINGULAR),
    FIELD("namePlural", "String!", META_NAME_PLURAL),
    FIELD("labelSingular", "String!", META_LABEL_SINGULAR),
    FIELD("labelPlural", "String!", META_LABEL_PLURAL),
    FIELD("description", "String", META_DESCRIPTION),
    FIELD("icon", "String", META_ICON),
    FIELD("shortcut", "String", META_SHORTCUT),
    FIELD("color", "String", META_COLOR),
    FIELD("isRemote", "Boolean!", META_IS_REMOTE),
    FIELD("isActive", "Boolean!", META_IS_ACTIVE),
    FIELD("isSystem", "Boolean!", META_IS_SYSTEM),
    FIELD("isUIEditable", "Boolean!", META_IS_UI_EDITABLE),
    FIELD("isUICreatable", "Boolean!", META_IS_UI_CREATABLE),
    FIELD("isUIReadOnly", "Boolean!", META_IS_UI_READ_ONLY),
    FIELD("isSearchable", "Boolean!", META_IS_SEARCHABLE),
    FIELD("openRecordIn", "ObjectOpenRecordIn!", META_OPEN_RECORD_IN),
    FIELD("readability", "MetadataReadability!", META_READABILITY),
    FIELD("readabilityParentFieldUniversalIdentifiers", "[UUID!]", META_READABILITY_PARENTS),
    FIELD("writability", "MetadataWritability!", META_WRITABILITY),
    FIELD("applicationId", "UUID!", META_APPLICATION_ID),
    FIELD("createdAt", "DateTime!", META_CREATED_AT),
    FIELD("updatedAt", "DateTime!", META_UPDATED_AT),
    FIELD("labelIdentifierFieldMetadataId", "UUID", META_LABEL_IDENTIFIER),
    FIELD("imageIdentifierFieldMetadataId", "UUID", META_IMAGE_IDENTIFIER),
    FIELD("isLabelSyncedWithName", "Boolean!", META_IS_LABEL_SYNCED),
    FIELD("duplicateCriteria", "[[String!]!]", META_CRITERIA),
    TAKING("fields", "ObjectFieldsConnection!", META_OBJECT_FIELDS, fields_page),
    TAKING("indexMetadatas", "ObjectIndexMetadatasConnection!", META_INDEXES, indexes_page),
    FIELD("fieldsList", "[Field!]!", META_OBJECT_FIELDS_LIST),
    FIELD("indexMetadataList", "[Index!]!", META_INDEX_LIST),
    FIELD("searchFieldMetadataList", "[SearchField!]!", META_SEARCH_FIELDS),
    {0},
};

static const struct gql_field_row field[] = {
    FIELD("id", "UUID!", META_ID),
    FIELD("universalIdentifier", "String!", META_UNIVERSAL_ID),
    FIELD("type", "FieldMetadataType!", META_TYPE),
    FIELD("name", "String!", META_NAME),
    FIELD("label", "String!", META_LABEL),
    FIELD("description", "String", META_DESCRIPTION),
    FIELD("icon", "String", META_ICON),
    FIELD("isActive", "Boolean", META_IS_ACTIVE),
    FIELD("isSystem", "Boolean", META_IS_SYSTEM),
    FIELD("isUIEditable", "Boolean", META_IS_UI_EDITABLE),
    FIELD("writability", "MetadataWritability", META_WRITABILITY),
    FIELD("isUIReadOnly", "Boolean", META_IS_UI_READ_ONLY),
    FIELD("isNullable", "Boolean", META_IS_NULLABLE),
    FIELD("isUnique", "Boolean", META_IS_UNIQUE),
    FIELD("isSearchable", "Boolean", META_IS_SEARCHABLE),
    FIELD("isAuditLogged", "Boolean", META_IS_AUDIT_LOGGED),
    FIELD("defaultValue", "JSON", META_DEFAULT),
    FIELD("options", "JSON", META_OPTIONS),
    FIELD("settings", "JSON", META_SETTINGS),
    FIELD("objectMetadataId", "UUID!", META_OBJECT_ID),
    FIELD("isLabelSyncedWithName", "Boolean", META_IS_LABEL_SYNCED),
    FIELD("morphId", "UUID", META_MORPH_ID),
    FIELD("createdAt", "DateTime!", META_CREATED_AT),
    FIELD("updatedAt", "DateTime!", META_UPDATED_AT),
    FIELD("applicationId", "UUID!", META_APPLICATION_ID),
    FIELD("object", "Object", META_OF_OBJECT),
    FIELD("relation", "Relation", META_RELATION),
    FIELD("morphRelations", "[Relation!]", META_MORPH_RELATIONS),
    {0},
};

static const struct gql_field_row relation[] = {
    FIELD("type", "RelationType!", META_RELATION_TYPE),
    FIELD("sourceObjectMetadata", "Object!", META_SOURCE_OBJECT),
    FIELD("targetObjectMetadata", "Object!", META_TARGET_OBJECT),
    FIELD("sourceFieldMetadata", "Field!", META_SOURCE_FIELD),
    FIELD("targetFieldMetadata", "Field!", META_TARGET_FIELD),
    {0},
};

static const struct gql_field_row index_rows[] = {
    FIELD("id", "UUID!", META_ID),
    FIELD("name", "String!", META_NAME),
    FIELD("isCustom", "Boolean", META_IS_CUSTOM),
    FIELD("isUnique", "Boolean!", META_IS_UNIQUE),
    FIELD("indexWhereClause", "String", META_WHERE),
    FIELD("indexType", "IndexType!", META_INDEX_TYPE),
    FIELD("createdAt", "DateTime!", META_CREATED_AT),
    FIELD("updatedAt", "DateTime!", META_UPDATED_AT),
    FIELD("indexFieldMetadataList", "[IndexField!]!", META_INDEX_FIELDS),
    {0},
};
static const struct gql_field_row index_field[] = {
    FIELD("id", "UUID!", META_ID),
    FIELD("fieldMetadataId", "UUID!", META_FIELD_ID),
    FIELD("order", "Float!", META_ORDER),
    FIELD("subFieldName", "String", META_SUB_FIELD),
    FIELD("createdAt", "DateTime!", META_CREATED_AT),
    FIELD("updatedAt", "DateTime!", META_UPDATED_AT),
    {0},
};
static const struct gql_field_row search_field[] = {
    FIELD("id", "UUID!", META_ID),
    FIELD("fieldMetadataId", "UUID!", META_FIELD_ID),
    FIELD("tsVectorFieldMetadataId", "UUID!", META_VECTOR_FIELD),
    FIELD("position", "Float!", META_ORDER),
    FIELD("createdAt", "DateTime!", META_CREATED_AT),
    FIELD("updatedAt", "DateTime!", META_UPDATED_AT),
    {0},
};
static const struct gql_field_row record_count[] = {
    MEMBER("objectNamePlural", "String!"), MEMBER("totalCount", "Int!"), {0}};

/* ---- connections ---- */

static const struct gql_field_row page_info[] = {
    FIELD("hasNextPage", "Boolean", META_HAS_NEXT_PAGE),
    FIELD("hasPreviousPage", "Boolean", META_HAS_PREVIOUS_PAGE),
    FIELD("startCursor", "ConnectionCursor", META_START_CURSOR),
    FIELD("endCursor", "ConnectionCursor", META_END_CURSOR),
    {0},
};
#define CONNECTION(connection, edge, edge_name, node)                                                                  \
    static const struct gql_field_row edge[] = {                                                                       \
        FIELD("node", node "!", META_NODE), FIELD("cursor", "ConnectionCursor!", META_CURSOR), {0}};                   \
    static const struct gql_field_row connection[] = {                                                                 \
        FIELD("pageInfo", "PageInfo!", META_PAGE_INFO), FIELD("edges", "[" edge_name "!]!", META_EDGES), {0}}
CONNECTION(object_connection, object_edge, "ObjectEdge", "Object");
CONNECTION(field_connection, field_edge, "FieldEdge", "Field");
CONNECTION(index_connection, index_edge, "IndexEdge", "Index");

static const struct gql_field_row cursor_paging[] = {GIVEN("before", "ConnectionCursor"),
                                                     GIVEN("after", "ConnectionCursor"),
                                                     GIVEN("first", "Int"),
                                                     GIVEN("last", "Int"),
                                                     {0}};
static const struct gql_field_row object_filter[] = {
    GIVEN("and", "[ObjectFilter!]"),
    GIVEN("or", "[ObjectFilter!]"),
    FIELD("id", "UUIDFilterComparison", META_ID),
    FIELD("universalIdentifier", "UUIDFilterComparison", META_UNIVERSAL_ID),
    FIELD("isActive", "BooleanFieldComparison", META_IS_ACTIVE),
    FIELD("isRemote", "BooleanFieldComparison", META_IS_REMOTE),
    FIELD("isSearchable", "BooleanFieldComparison", META_IS_SEARCHABLE),
    FIELD("isSystem", "BooleanFieldComparison", META_IS_SYSTEM),
    FIELD("isUICreatable", "BooleanFieldComparison", META_IS_UI_CREATABLE),
    FIELD("isUIEditable", "BooleanFieldComparison", META_IS_UI_EDITABLE),
    FIELD("isUIReadOnly", "BooleanFieldComparison", META_IS_UI_READ_ONLY),
    {0},
};
static const struct gql_field_row field_filter[] = {
    GIVEN("and", "[FieldFilter!]"),
    GIVEN("or", "[FieldFilter!]"),
    FIELD("id", "UUIDFilterComparison", META_ID),
    FIELD("isActive", "BooleanFieldComparison", META_IS_ACTIVE),
    FIELD("isSystem", "BooleanFieldComparison", META_IS_SYSTEM),
    FIELD("isUIEditable", "BooleanFieldComparison", META_IS_UI_EDITABLE),
    FIELD("isUIReadOnly", "BooleanFieldComparison", META_IS_UI_READ_ONLY),
    FIELD("objectMetadataId", "UUIDFilterComparison", META_OBJECT_ID),
    {0},
};
static const struct gql_field_row index_filter[] = {
    GIVEN("and", "[IndexFilter!]"),
    GIVEN("or", "[IndexFilter!]"),
    FIELD("id", "UUIDFilterComparison", META_ID),
    FIELD("isCustom", "BooleanFieldComparison", META_IS_CUSTOM),
    {0},
};
static const struct gql_field_row uuid_comparison[] = {
    GIVEN("is", "Boolean"),   GIVEN("isNot", "Boolean"), GIVEN("eq", "UUID"),
    GIVEN("neq", "UUID"),     GIVEN("gt", "UUID"),       GIVEN("gte", "UUID"),
    GIVEN("lt", "UUID"),      GIVEN("lte", "UUID"),      GIVEN("like", "UUID"),
    GIVEN("notLike", "UUID"), GIVEN("iLike", "UUID"),    GIVEN("notILike", "UUID"),
    GIVEN("in", "[UUID!]"),   GIVEN("notIn", "[UUID!]"), {0},
};
static const struct gql_field_row boolean_comparison[] = {GIVEN("is", "Boolean"), GIVEN("isNot", "Boolean"), {0}};

/* ---- inputs ---- */

static const struct gql_field_row create_one_object[] = {GIVEN("object", "CreateObjectInput!"), {0}};
static const struct gql_field_row create_object[] = {
    GIVEN("nameSingular", "String!"),
    GIVEN("namePlural", "String!"),
    GIVEN("labelSingular", "String!"),
    GIVEN("labelPlural", "String!"),
    GIVEN("description", "String"),
    GIVEN("icon", "String"),
    GIVEN("shortcut", "String"),
    GIVEN("color", "String"),
    GIVEN("skipNameField", "Boolean"),
    GIVEN("isRemote", "Boolean"),
    GIVEN("primaryKeyColumnType", "String"),
    GIVEN("primaryKeyFieldMetadataSettings", "JSON"),
    GIVEN("isLabelSyncedWithName", "Boolean"),
    {0},
};
static const struct gql_field_row update_one_object[] = {
    GIVEN("update", "UpdateObjectPayload!"), GIVEN("id", "UUID!"), {0}};
static const struct gql_field_row update_object[] = {
    GIVEN("labelSingular", "String"),
    GIVEN("labelPlural", "String"),
    GIVEN("nameSingular", "String"),
    GIVEN("namePlural", "String"),
    GIVEN("description", "String"),
    GIVEN("icon", "String"),
    GIVEN("shortcut", "String"),
    GIVEN("color", "String"),
    GIVEN("isActive", "Boolean"),
    GIVEN("labelIdentifierFieldMetadataId", "UUID"),
    GIVEN("imageIdentifierFieldMetadataId", "UUID"),
    GIVEN("isLabelSyncedWithName", "Boolean"),
    GIVEN("isSearchable", "Boolean"),
    GIVEN("openRecordIn", "ObjectOpenRecordIn"),
    GIVEN("readability", "MetadataReadability"),
    GIVEN("translations", "[MetadataTranslationOverrideInput!]"),
    {0},
};
static const struct gql_field_row only_id[] = {GIVEN("id", "UUID!"), {0}};
static const struct gql_field_row translation[] = {
    GIVEN("locale", "String!"), GIVEN("property", "String!"), GIVEN("value", "String"), {0}};
static const struct gql_field_row create_one_field[] = {GIVEN("field", "CreateFieldInput!"), {0}};
/* Of a new field and of a change. */
#define FIELD_MEMBERS                                                                                                  \
    GIVEN("description", "String"), GIVEN("icon", "String"), GIVEN("isActive", "Boolean"),                             \
        GIVEN("isSystem", "Boolean"), GIVEN("isUIEditable", "Boolean"), GIVEN("isUIReadOnly", "Boolean"),              \
        GIVEN("isNullable", "Boolean"), GIVEN("isUnique", "Boolean"), GIVEN("isSearchable", "Boolean"),                \
        GIVEN("isAuditLogged", "Boolean"), GIVEN("defaultValue", "JSON"), GIVEN("options", "JSON"),                    \
        GIVEN("settings", "JSON")
static const struct gql_field_row create_field[] = {
    GIVEN("type", "FieldMetadataType!"),
    GIVEN("name", "String!"),
    GIVEN("label", "String!"),
    FIELD_MEMBERS,
    GIVEN("objectMetadataId", "UUID!"),
    GIVEN("isLabelSyncedWithName", "Boolean"),
    GIVEN("isRemoteCreation", "Boolean"),
    GIVEN("relationCreationPayload", "JSON"),
    GIVEN("morphRelationsCreationPayload", "[JSON!]"),
    {0},
};
static const struct gql_field_row update_one_field[] = {
    GIVEN("id", "UUID!"), GIVEN("update", "UpdateFieldInput!"), {0}};
static const struct gql_field_row update_field[] = {
    GIVEN("universalIdentifier", "String"),
    GIVEN("name", "String"),
    GIVEN("label", "String"),
    FIELD_MEMBERS,
    GIVEN("objectMetadataId", "UUID"),
    GIVEN("isLabelSyncedWithName", "Boolean"),
    GIVEN("morphRelationsUpdatePayload", "[JSON!]"),
    GIVEN("translations", "[MetadataTranslationOverrideInput!]"),
    {0},
};

static const struct gql_type_row rows[] = {
    OUTPUT("Object", object),
    OUTPUT("Field", field),
    OUTPUT("Relation", relation),
    OUTPUT("Index", index_rows),
    OUTPUT("IndexField", index_field),
    OUTPUT("SearchField", search_field),
    OUTPUT("ObjectRecordCount", record_count),
    OUTPUT("PageInfo", page_info),
    OUTPUT("ObjectConnection", object_connection),
    OUTPUT("ObjectEdge", object_edge),
    OUTPUT("FieldConnection", field_connection),
    OUTPUT("FieldEdge", field_edge),
    OUTPUT("ObjectFieldsConnection", field_connection),
    OUTPUT("ObjectIndexMetadatasConnection", index_connection),
    OUTPUT("IndexEdge", index_edge),
    INPUT("CursorPaging", cursor_paging),
    INPUT("ObjectFilter", object_filter),
    INPUT("FieldFilter", field_filter),
    INPUT("IndexFilter", index_filter),
    INPUT("UUIDFilterComparison", uuid_comparison),
    INPUT("BooleanFieldComparison", boolean_comparison),
    INPUT("CreateOneObjectInput", create_one_object),
    INPUT("CreateObjectInput", create_object),
    INPUT("UpdateOneObjectInput", update_one_object),
    INPUT("UpdateObjectPayload", update_object),
    INPUT("DeleteOneObjectInput", only_id),
    INPUT("MetadataTranslationOverrideInput", translation),
    INPUT("CreateOneFieldMetadataInput", create_one_field),
    INPUT("CreateFieldInput", create_field),
    INPUT("UpdateOneFieldMetadataInput", update_one_field),
    INPUT("UpdateFieldInput", update_field),
    INPUT("DeleteOneFieldInput", only_id),
    ENUM("FieldMetadataType",
         "ACTOR ADDRESS ARRAY BOOLEAN CURRENCY DATE DATE_TIME EMAILS FILES FULL_NAME LINKS MORPH_RELATION MULTI_SELECT "
         "NUMBER NUMERIC PHONES POSITION RATING RAW_JSON RELATION RICH_TEXT SELECT TEXT TS_VECTOR UUID"),
    ENUM("RelationType", "ONE_TO_MANY MANY_TO_ONE"),
    ENUM("IndexType", "BTREE GIN"),
    ENUM("ObjectOpenRecordIn", "SIDE_PANEL RECORD_PAGE USER_CHOICE"),
    ENUM("MetadataReadability", "OPEN PRIVATE INHERITED APPLICATION SYSTEM"),
    ENUM("MetadataWritability", "OPEN APPLICATION SYSTEM"),
};
const struct type_table metadata_model_types = {rows, ARRAY_LEN(rows)};

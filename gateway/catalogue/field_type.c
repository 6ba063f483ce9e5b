#include "gateway/catalogue/field_type.h"

const struct column_kind_info column_kinds[COLUMN_KIND_COUNT] = {
    [COLUMN_UUID] = {"uuid", 2950, 2951},
    [COLUMN_TEXT] = {"text", 25, 1009},
    [COLUMN_BOOLEAN] = {"boolean", 16, 1000},
    [COLUMN_FLOAT8] = {"double precision", 701, 1022},
    [COLUMN_NUMERIC] = {"numeric", 1700, 1231},
    [COLUMN_DATE] = {"date", 1082, 1182},
    [COLUMN_TIMESTAMPTZ] = {"timestamptz", 1184, 1185},
    [COLUMN_JSONB] = {"jsonb", 3802, 3807},
    /* PostgreSQL's array of arrays is the array itself, and unnest would flatten it: no array of this kind. */
    [COLUMN_TEXT_ARRAY] = {"text[]", 1009, 0},
    [COLUMN_TSVECTOR] = {"tsvector", 3614, 3643},
};

static const char *const actor_sources[] = {"EMAIL",  "CALENDAR", "WORKFLOW", "AGENT",       "API", "IMPORT",
                                            "MANUAL", "SYSTEM",   "WEBHOOK",  "APPLICATION", NULL};

static const struct sub_field_type full_name[] = {
    {.name = "firstName", .column = COLUMN_TEXT, .form = JSON_FORM_TEXT},
    {.name = "lastName", .column = COLUMN_TEXT, .form = JSON_FORM_TEXT},
};
static const struct sub_field_type emails[] = {
    {.name = "primaryEmail", .column = COLUMN_TEXT, .form = JSON_FORM_EMAIL, .in_unique = true},
    {.name = "additionalEmails", .column = COLUMN_JSONB, .form = JSON_FORM_EMAIL_LIST},
};
static const struct sub_field_type phones[] = {
    {.name = "primaryPhoneNumber", .column = COLUMN_TEXT, .form = JSON_FORM_TEXT, .in_unique = true},
    {.name = "primaryPhoneCountryCode", .column = COLUMN_TEXT, .form = JSON_FORM_TEXT, .in_unique = true},
    {.name = "primaryPhoneCallingCode", .column = COLUMN_TEXT, .form = JSON_FORM_TEXT, .in_unique = true},
    {.name = "additionalPhones", .column = COLUMN_JSONB, .form = JSON_FORM_PHONE_LIST},
};
static const struct sub_field_type links[] = {
    {.name = "primaryLinkLabel", .column = COLUMN_TEXT, .form = JSON_FORM_TEXT},
    {.name = "primaryLinkUrl", .column = COLUMN_TEXT, .form = JSON_FORM_URL, .in_unique = true},
    {.name = "secondaryLinks", .column = COLUMN_JSONB, .form = JSON_FORM_LINK_LIST},
};
static const struct sub_field_type address[] = {
    {.name = "addressStreet1", .column = COLUMN_TEXT, .form = JSON_FORM_TEXT},
    {.name = "addressStreet2", .column = COLUMN_TEXT, .form = JSON_FORM_TEXT},
    {.name = "addressCity", .column = COLUMN_TEXT, .form = JSON_FORM_TEXT},
    {.name = "addressPostcode", .column = COLUMN_TEXT, .form = JSON_FORM_TEXT},
    {.name = "addressState", .column = COLUMN_TEXT, .form = JSON_FORM_TEXT},
    {.name = "addressCountry", .column = COLUMN_TEXT, .form = JSON_FORM_TEXT},
    {.name = "addressLat", .column = COLUMN_NUMERIC, .form = JSON_FORM_PLAIN},
    {.name = "addressLng", .column = COLUMN_NUMERIC, .form = JSON_FORM_PLAIN},
};
static const struct sub_field_type currency[] = {
    {.name = "amountMicros", .column = COLUMN_NUMERIC, .form = JSON_FORM_PLAIN},
    {.name = "currencyCode", .column = COLUMN_TEXT, .form = JSON_FORM_TEXT},
};
static const struct sub_field_type actor[] = {
    {.name = "source", .column = COLUMN_TEXT, .form = JSON_FORM_OPTION, .required = true, .options = actor_sources},
    {.name = "workspaceMemberId", .column = COLUMN_UUID, .form = JSON_FORM_PLAIN, .output_only = true},
    {.name = "name", .column = COLUMN_TEXT, .form = JSON_FORM_TEXT, .required = true, .output_only = true},
    {.name = "context", .column = COLUMN_JSONB, .form = JSON_FORM_ANY},
};
static const struct sub_field_type rich_text[] = {
    {.name = "blocknote", .column = COLUMN_TEXT, .form = JSON_FORM_TEXT},
    {.name = "markdown", .column = COLUMN_TEXT, .form = JSON_FORM_TEXT},
};

#define SCALAR(type_name, kind, json) .name = (type_name), .column = (kind), .form = (json)
#define COMPOSITE(type_name, table)                                                                                    \
    .name = (type_name), .composite = true, .subs = (table), .sub_count = ARRAY_LEN(table)

/* Where the contract's table has a dash for uniqueness, it is allowed when equality means what a person expects. */
const struct field_type_info field_types[FIELD_TYPE_COUNT] = {
    [FIELD_UUID] = {SCALAR("UUID", COLUMN_UUID, JSON_FORM_PLAIN), .creatable = true, .unique_allowed = true},
    [FIELD_TEXT] = {SCALAR("TEXT", COLUMN_TEXT, JSON_FORM_TEXT), .creatable = true, .unique_allowed = true},
    [FIELD_BOOLEAN] = {SCALAR("BOOLEAN", COLUMN_BOOLEAN, JSON_FORM_PLAIN), .creatable = true},
    [FIELD_NUMBER] = {SCALAR("NUMBER", COLUMN_FLOAT8, JSON_FORM_PLAIN), .creatable = true, .unique_allowed = true},
    [FIELD_NUMERIC] = {SCALAR("NUMERIC", COLUMN_NUMERIC, JSON_FORM_PLAIN)},
    [FIELD_POSITION] = {SCALAR("POSITION", COLUMN_FLOAT8, JSON_FORM_PLAIN)},
    [FIELD_DATE] = {SCALAR("DATE", COLUMN_DATE, JSON_FORM_PLAIN), .creatable = true, .unique_allowed = true},
    [FIELD_DATE_TIME] = {SCALAR("DATE_TIME", COLUMN_TIMESTAMPTZ, JSON_FORM_PLAIN), .creatable = true,
                         .unique_allowed = true},
    [FIELD_RATING] = {SCALAR("RATING", COLUMN_TEXT, JSON_FORM_OPTION), .has_options = true, .creatable = true},
    [FIELD_SELECT] = {SCALAR("SELECT", COLUMN_TEXT, JSON_FORM_OPTION), .has_options = true, .creatable = true,
                      .unique_allowed = true},
    [FIELD_MULTI_SELECT] = {SCALAR("MULTI_SELECT", COLUMN_TEXT_ARRAY, JSON_FORM_OPTION), .has_options = true,
                            .creatable = true},
    [FIELD_RAW_JSON] = {SCALAR("RAW_JSON", COLUMN_JSONB, JSON_FORM_ANY), .creatable = true},
    [FIELD_ARRAY] = {SCALAR("ARRAY", COLUMN_TEXT_ARRAY, JSON_FORM_PLAIN), .creatable = true},
    [FIELD_FILES] = {SCALAR("FILES", COLUMN_JSONB, JSON_FORM_FILE_LIST), .creatable = true},
    [FIELD_TS_VECTOR] = {SCALAR("TS_VECTOR", COLUMN_TSVECTOR, JSON_FORM_PLAIN)},
    [FIELD_FULL_NAME] = {COMPOSITE("FULL_NAME", full_name), .creatable = true},
    [FIELD_EMAILS] = {COMPOSITE("EMAILS", emails), .creatable = true, .unique_allowed = true},
    [FIELD_PHONES] = {COMPOSITE("PHONES", phones), .creatable = true, .unique_allowed = true},
    [FIELD_LINKS] = {COMPOSITE("LINKS", links), .creatable = true, .unique_allowed = true},
    [FIELD_ADDRESS] = {COMPOSITE("ADDRESS", address), .creatable = true},
    [FIELD_CURRENCY] = {COMPOSITE("CURRENCY", currency), .creatable = true},
    [FIELD_ACTOR] = {COMPOSITE("ACTOR", actor), .creatable = true},
    [FIELD_RICH_TEXT] = {COMPOSITE("RICH_TEXT", rich_text), .creatable = true},
    [FIELD_RELATION] = {SCALAR("RELATION", COLUMN_UUID, JSON_FORM_PLAIN), .relation = true, .creatable = true},
    [FIELD_MORPH_RELATION] = {SCALAR("MORPH_RELATION", COLUMN_UUID, JSON_FORM_PLAIN), .relation = true,
                              .creatable = true},
};

_Static_assert(ARRAY_LEN(address) <= SUB_FIELDS_MAX, "the widest composite must fit");

bool field_type_parse(struct str name, enum field_type *out)
{
    for (size_t i = 0; i < FIELD_TYPE_COUNT; i++) {
        if (str_is(name, field_types[i].name)) {
            *out = (enum field_type)i;
            return true;
        }
    }
    return false;
}

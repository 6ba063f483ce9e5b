/*
 * The field types: one table, a row a type (contract/metadata 4.1 and 4.4). Adding a type is adding a row.
 */
#ifndef PORTTI_CATALOGUE_FIELD_TYPE_H
#define PORTTI_CATALOGUE_FIELD_TYPE_H

#include "common/base/str.h"
#include <stdbool.h>
#include <stddef.h>

enum field_type {
    FIELD_UUID,
    FIELD_TEXT,
    FIELD_BOOLEAN,
    FIELD_NUMBER,
    FIELD_NUMERIC,
    FIELD_POSITION,
    FIELD_DATE,
    FIELD_DATE_TIME,
    FIELD_RATING,
    FIELD_SELECT,
    FIELD_MULTI_SELECT,
    FIELD_RAW_JSON,
    FIELD_ARRAY,
    FIELD_FILES,
    FIELD_TS_VECTOR,
    FIELD_FULL_NAME,
    FIELD_EMAILS,
    FIELD_PHONES,
    FIELD_LINKS,
    FIELD_ADDRESS,
    FIELD_CURRENCY,
    FIELD_ACTOR,
    FIELD_RICH_TEXT,
    FIELD_RELATION,
    FIELD_MORPH_RELATION,
    FIELD_TYPE_COUNT
};

/* What a column holds in PostgreSQL. Options of SELECT, MULTI_SELECT and RATING are text, checked by us. */
enum column_kind {
    COLUMN_UUID,
    COLUMN_TEXT,
    COLUMN_BOOLEAN,
    COLUMN_FLOAT8,
    COLUMN_NUMERIC,
    COLUMN_DATE,
    COLUMN_TIMESTAMPTZ,
    COLUMN_JSONB,
    COLUMN_TEXT_ARRAY,
    COLUMN_TSVECTOR,
    COLUMN_KIND_COUNT
};

struct column_kind_info {
    const char *sql;    /* "timestamp with time zone" as DDL spells it: "timestamptz" */
    unsigned oid;       /* of the type */
    unsigned array_oid; /* of its array, for unnest; 0 = none */
};
extern const struct column_kind_info column_kinds[COLUMN_KIND_COUNT];

/* How a value looks in JSON, on top of its column kind. */
enum json_form {
    JSON_FORM_PLAIN,      /* as the column kind says */
    JSON_FORM_TEXT,       /* text; NULL reads "" */
    JSON_FORM_OPTION,     /* one of the field's options, or of the sub-field's fixed list; NULL reads null */
    JSON_FORM_EMAIL,      /* text, canonical e-mail */
    JSON_FORM_EMAIL_LIST, /* jsonb: array of e-mails */
    JSON_FORM_PHONE_LIST, /* jsonb: array of {number,countryCode,callingCode} */
    JSON_FORM_URL,        /* text, normalised URL */
    JSON_FORM_LINK_LIST,  /* jsonb: array of {url,label} */
    JSON_FORM_FILE_LIST,  /* jsonb: array of {fileId,label,…} */
    JSON_FORM_ANY         /* jsonb: any JSON */
};

struct sub_field_type {
    const char *name;
    enum column_kind column;
    enum json_form form;
    bool required;              /* NOT NULL */
    bool output_only;           /* a client's value is ignored: ACTOR's workspaceMemberId and name */
    bool in_unique;             /* part of a uniqueness constraint over the field */
    const char *const *options; /* fixed list, NULL-terminated, for JSON_FORM_OPTION */
};

enum { SUB_FIELDS_MAX = 8 };

struct field_type_info {
    const char *name; /* "DATE_TIME" */
    bool composite;
    bool relation; /* RELATION or MORPH_RELATION: a uuid join column on the many-to-one side, else no column */
    bool has_options;
    bool creatable; /* by the metadata API */
    bool unique_allowed;
    enum column_kind column; /* when not composite and not relation */
    enum json_form form;
    const struct sub_field_type *subs; /* composite */
    size_t sub_count;
};
extern const struct field_type_info field_types[FIELD_TYPE_COUNT];

MUST_CHECK bool field_type_parse(struct str name, enum field_type *out);

#endif

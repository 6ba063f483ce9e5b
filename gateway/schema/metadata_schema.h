/*
 * The schema of the metadata API (contract/metadata 2), as far as this server goes: objects, fields, webhooks, API
 * keys, roles, the workspace. The same for every model. Fields say by their role what they are.
 */
#ifndef PORTTI_SCHEMA_METADATA_SCHEMA_H
#define PORTTI_SCHEMA_METADATA_SCHEMA_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/graphql/schema.h"

/* role of a struct gql_field */
enum metadata_role {
    META_NOTHING, /* arguments and members of inputs */

    /* of Query: the model */
    META_OBJECTS,
    META_OBJECT,
    META_FIELDS,
    META_FIELD,
    META_RECORD_COUNTS,
    /* of Query: settings */
    META_WEBHOOKS,
    META_WEBHOOK,
    META_WEBHOOK_DELIVERIES,
    META_WEBHOOK_DELIVERY,
    META_WEBHOOK_REPLAYS,
    META_API_KEYS,
    META_API_KEY,
    META_API_KEY_ROLES,
    META_ROLES,
    META_ROLE,
    META_PERMISSION_FLAGS,
    META_WORKSPACE,
    /* of Mutation: the model */
    META_CREATE_OBJECT,
    META_UPDATE_OBJECT,
    META_UPDATE_OBJECTS,
    META_DELETE_OBJECT,
    META_CREATE_FIELD,
    META_UPDATE_FIELD,
    META_DELETE_FIELD,
    /* of Mutation: settings */
    META_CREATE_WEBHOOK,
    META_UPDATE_WEBHOOK,
    META_DELETE_WEBHOOK,
    META_TEST_WEBHOOK,
    META_PAUSE_WEBHOOK,
    META_RESUME_WEBHOOK,
    META_ROTATE_WEBHOOK,
    META_REPLAY_WEBHOOK,
    META_CANCEL_REPLAY,
    META_RESEND_DELIVERY,
    META_CREATE_API_KEY,
    META_UPDATE_API_KEY,
    META_REVOKE_API_KEY,
    META_ASSIGN_ROLE,
    META_GENERATE_TOKEN,
    META_CREATE_ROLE,
    META_UPDATE_ROLE,
    META_DELETE_ROLE,
    META_OBJECT_PERMISSIONS,
    META_FIELD_PERMISSIONS,
    META_ROLE_FLAGS,
    META_UPDATE_WORKSPACE,

    /* of Object, Field, Index and IndexField: one has several of these */
    META_ID,
    META_UNIVERSAL_ID,
    META_APPLICATION_ID,
    META_CREATED_AT,
    META_UPDATED_AT,
    META_DESCRIPTION,
    META_ICON,
    META_NAME,
    META_LABEL,
    META_IS_ACTIVE,
    META_IS_SYSTEM,
    META_IS_UI_EDITABLE,
    META_IS_UI_READ_ONLY,
    META_IS_SEARCHABLE,
    META_IS_LABEL_SYNCED,
    META_WRITABILITY,
    META_IS_UNIQUE,
    /* of Object alone */
    META_NAME_SINGULAR,
    META_NAME_PLURAL,
    META_LABEL_SINGULAR,
    META_LABEL_PLURAL,
    META_SHORTCUT,
    META_COLOR,
    META_IS_REMOTE,
    META_IS_UI_CREATABLE,
    META_OPEN_RECORD_IN,
    META_READABILITY,
    META_READABILITY_PARENTS,
    META_LABEL_IDENTIFIER,
    META_IMAGE_IDENTIFIER,
    META_CRITERIA,
    META_OBJECT_FIELDS,      /* a connection */
    META_OBJECT_FIELDS_LIST, /* all of them */
    META_INDEXES,
    META_INDEX_LIST,
    META_SEARCH_FIELDS,
    /* of Field alone */
    META_TYPE,
    META_IS_NULLABLE,
    META_IS_AUDIT_LOGGED,
    META_DEFAULT,
    META_OPTIONS,
    META_SETTINGS,
    META_OBJECT_ID,
    META_MORPH_ID,
    META_OF_OBJECT,
    META_RELATION,
    META_MORPH_RELATIONS,
    /* of Relation */
    META_RELATION_TYPE,
    META_SOURCE_OBJECT,
    META_TARGET_OBJECT,
    META_SOURCE_FIELD,
    META_TARGET_FIELD,
    /* of Index, IndexField and SearchField */
    META_IS_CUSTOM,
    META_WHERE,
    META_INDEX_TYPE,
    META_INDEX_FIELDS,
    META_FIELD_ID,
    META_ORDER,
    META_SUB_FIELD,
    META_VECTOR_FIELD,
    /* of connections, edges and PageInfo */
    META_EDGES,
    META_PAGE_INFO,
    META_NODE,
    META_CURSOR,
    META_START_CURSOR,
    META_END_CURSOR,
    META_HAS_NEXT_PAGE,
    META_HAS_PREVIOUS_PAGE,

    META_PIECES, /* of Query and Mutation: an operation on views; its name says which (gateway/views) */

    META_MEMBER /* of what comes as a JSON document: the member of that name */
};

/* Made in `arena`; of the catalogue it takes nothing. NULL, with a sentence, only when this room is at odds with
 * itself.
 */
MUST_CHECK const struct gql_schema *metadata_schema_build(struct arena *arena, const struct catalogue *catalogue,
                                                          struct err *err);

#endif

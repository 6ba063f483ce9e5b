/* The parts of the documents. Internal to the room. */
#ifndef PORTTI_DOCS_DOCS_CORE_H
#define PORTTI_DOCS_DOCS_CORE_H

#include "gateway/docs/docs.h"
#include <stdbool.h>

/* docs_name.c */

/* Has the object routes of its own? False for what is switched off, and where another route has its path. */
bool docs_shows(const struct object *object);
/* "Person": the key of its schemas. */
void docs_put_schema_name(struct strbuf *out, const struct object *object);
/* {"$ref":"#/components/schemas/Person<suffix>"} */
void docs_put_schema_ref(struct strbuf *out, const struct object *object, const char *suffix);

/* ,"/people":{…},… (docs_operation.c) */
void docs_put_paths(struct strbuf *out, const struct object *object, const struct docs_settings *settings);
/* ,"Person":{…},"PersonForUpdate":{…},"PersonForResponse":{…} (docs_schema.c) */
void docs_put_schemas(struct strbuf *out, const struct object *object);
/* ,"person.created":{…},… (docs_webhook.c) */
void docs_put_webhooks(struct strbuf *out, const struct object *object);
/* "webhook.test":{…},…: the ones that are about webhooks. */
void docs_put_own_webhooks(struct strbuf *out);

/* What webhooks send and get, of the components, each with a comma in front. */
void docs_put_webhook_parameters(struct strbuf *out);
void docs_put_webhook_responses(struct strbuf *out);

/* Members of "components" (docs_shared.c): "securitySchemes":{…},"parameters":{…},"headers":{…},"responses":{…} */
void docs_put_shared(struct strbuf *out, const struct docs_settings *settings);
/* "Error":{…},…: the schemas that all objects share (docs_value.c). */
void docs_put_shared_schemas(struct strbuf *out);
/* Is it the key of one of them? */
bool docs_is_shared_schema(struct str name);
/* "$ref":"#/components/schemas/Emails", or EmailsInput */
void docs_put_composite_ref(struct strbuf *out, enum field_type type, bool input);
/* Schemas of the document of metadata, without a comma on either side (docs_metadata_schema.c). */
void docs_put_metadata_schemas(struct strbuf *out);

/* Schemas, headers and responses of both documents: without a comma on either side. */
void docs_put_error_schemas(struct strbuf *out);
void docs_put_common_headers(struct strbuf *out);
void docs_put_common_responses(struct strbuf *out);
void docs_put_common_parameters(struct strbuf *out);

#endif

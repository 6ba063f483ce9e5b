/* Objects and fields as the metadata API shows them over REST (contract: metadata 1.4). Pure. */
#ifndef PORTTI_METADATA_SHOW_H
#define PORTTI_METADATA_SHOW_H

#include "common/base/strbuf.h"
#include "gateway/catalogue/catalogue.h"
#include <stdbool.h>

/* `fields`: with all of them, as everywhere but in the answer to a DELETE. */
void show_object(struct strbuf *out, const struct catalogue *catalogue, const struct object *object, bool fields);
void show_field(struct strbuf *out, const struct catalogue *catalogue, const struct field *field);
/* JSON text of a row in canonical form, `null` when it is empty. */
void show_json(struct strbuf *out, struct str json);
/* Properties of a standard object or field that this workspace has changed, with their values of now. */
void show_object_overrides(struct strbuf *out, const struct object *object);
void show_field_overrides(struct strbuf *out, const struct field *field);
/* Who owns it: the standard application or the workspace's own. */
struct uuid object_application(const struct catalogue *catalogue, const struct object *object);
struct uuid field_application(const struct catalogue *catalogue, const struct field *field);

#endif

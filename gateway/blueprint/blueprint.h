/*
 * The data model as one JSON document, for `gateway model export|import|diff`. Pure: a catalogue becomes a document,
 * and a document beside a catalogue becomes the operations that take the model there (gateway/metadata/change.h).
 *
 *     {"format": 1, "objects": [
 *       {"nameSingular": "pet", "namePlural": "pets", "labelSingular": "Pet", "labelPlural": "Pets",
 *        "labelIdentifier": "name", "fields": [
 *          {"name": "name", "type": "TEXT", "label": "Name", "searchable": true},
 *          {"name": "owner", "type": "RELATION", "label": "Owner",
 *           "relation": {"target": "person", "onDelete": "SET_NULL", "inverse": {"name": "pets", "label": "Pets"}}}]},
 *       {"nameSingular": "company", "standard": true, "labelSingular": "Customer", "fields": []}]}
 *
 * Objects and fields stand in the order of their names, members in a fixed one, and what is as it would be anyway is
 * left out, so that a difference in the file is a difference in the model. A relation stands once, at its many-to-one
 * side. Of standard objects the document holds what this workspace has changed and added. `universalId` makes a renamed
 * object or field the same one on another server; a document written by hand may leave it out, and the fields of morph
 * relations, which are called after where they lead, have none. Not in the document: the system fields and default
 * relations that every object has, records, keys, webhooks.
 */
#ifndef PORTTI_BLUEPRINT_BLUEPRINT_H
#define PORTTI_BLUEPRINT_BLUEPRINT_H

#include "common/base/strbuf.h"
#include "common/text/json_read.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/metadata/change.h"

/* What the standard objects are when nobody has changed them: rows of the model file. Ids do not matter. */
struct blueprint_standard {
    const struct object_row *objects;
    size_t object_count;
    const struct field_row *fields;
    size_t field_count;
};

/* Pretty-printed, with a newline at the end. */
void blueprint_export(struct strbuf *out, const struct catalogue *catalogue, const struct blueprint_standard *standard);

struct blueprint_step {
    struct str line; /* "+ field pet.name: TEXT" */
    bool destructive;
};

struct blueprint_plan {
    struct model_op *ops; /* one change of the model */
    size_t op_count;
    struct blueprint_step *steps; /* what a person reads; not one for each operation */
    size_t step_count;
    size_t destructive; /* steps */
};

/*
 * What has to be done. Renaming the other side of a relation that is being made takes a second round: plan again when
 * the first has been carried out, until there is nothing to do. False when the document is malformed or wants what no
 * change of the model can do (an adopted table that is not adopted here); `*err` names the place.
 */
MUST_CHECK bool blueprint_diff(struct arena *arena, const struct catalogue *catalogue,
                               const struct blueprint_standard *standard, const struct json *document,
                               struct uuid (*fresh_id)(void), struct blueprint_plan *out, struct err *err);
/* Limits for reading a document. */
extern const struct json_limits blueprint_limits;

#endif

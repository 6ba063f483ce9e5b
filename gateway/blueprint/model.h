/* Inside this room: what of a model is in a document, and what it is measured against. */
#ifndef PORTTI_BLUEPRINT_MODEL_H
#define PORTTI_BLUEPRINT_MODEL_H

#include "gateway/blueprint/blueprint.h"
#include "gateway/blueprint/props.h"

/* Neither a system field, nor the one-to-many side of a relation (which stands at its other side), nor a part of the
 * default relations that come and go with an object; nor a standard field of ours that is system. */
bool model_field_counts(const struct field *field);
/* The rows that a document's silence means: the model file's for what is standard, else those of a new one. */
struct object_row model_object_base(const struct blueprint_standard *standard, const struct object_row *row);
struct field_row model_field_base(struct arena *arena, const struct blueprint_standard *standard,
                                  const struct field_row *row);
/* "owner" of "ownerCompany": what the fields of one morph relation share. */
struct str model_morph_group(const struct field *field);
/* The name of the field that a one-to-many leads through; empty when it leads straight. */
struct str model_junction(struct arena *arena, const struct field *field);

#endif

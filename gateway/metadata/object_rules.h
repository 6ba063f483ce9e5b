/* Inside this room: what creates and updates of objects share. */
#ifndef PORTTI_METADATA_OBJECT_RULES_H
#define PORTTI_METADATA_OBJECT_RULES_H

#include "gateway/metadata/draft.h"

#define OBJECT_INPUT "INVALID_OBJECT_INPUT"

struct report_entry *object_entry(struct draft *draft, enum report_verb verb, const struct object_row *row);
/* Names: form, difference, and that nobody else (`self` excepted) has them. */
void object_check_names(struct draft *draft, struct report_entry *entry, const struct object_row *row, size_t self);
void object_check_labels(struct draft *draft, struct report_entry *entry, const struct object_row *row);
/* The table of an object of that name, which no other object has. */
struct str object_table(struct draft *draft, struct str name);

/* ---- what every custom object has (contract: metadata 3.3) ---- */

void object_add_system_fields(struct draft *draft, size_t object);
/* Its links to notes, tasks and what else the model has of that kind, with their other sides. */
void object_add_default_relations(struct draft *draft, size_t object);
/* The fields of other objects that are called after this one follow its name: those of default relations with their
 * labels, those of morph relations by their last part. `was`: the row before. */
void object_rename_followers(struct draft *draft, size_t object, const struct object_row *was);

#endif

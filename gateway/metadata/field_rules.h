/* Inside this room: what creates and updates of fields check alike. */
#ifndef PORTTI_METADATA_FIELD_RULES_H
#define PORTTI_METADATA_FIELD_RULES_H

#include "gateway/metadata/field_parts.h"

#define FIELD_INPUT "INVALID_FIELD_INPUT"

/* An entry with the facts of a field. */
struct report_entry *field_entry(struct draft *draft, enum report_verb verb, const struct field_row *row);
/* Is the name of the row, and that of its join column, free on its object? `self`: the field itself, or NOWHERE. */
void field_check_free(struct draft *draft, struct report_entry *entry, const struct field_row *row, size_t self);
void field_check_label(struct draft *draft, struct report_entry *entry, struct str label);
/* Uniqueness against type and default. */
void field_check_unique(struct draft *draft, struct report_entry *entry, const struct field_row *row);
/* The sentences that both sides of a synced name have. */
void field_check_synced(struct draft *draft, struct report_entry *entry, const struct field_row *row, bool create);

/* ---- relations ---- */

/* One element of a payload, looked up. */
struct relation_wish {
    bool many_to_one; /* of the field that is asked for */
    size_t target;
    struct str label; /* of the other side */
    struct str icon;
};
/* False, with the reason in the entry, when it makes no sense. */
bool relation_read(struct draft *draft, struct report_entry *entry, const struct json *payload,
                   struct relation_wish *out);
/*
 * The field `row` (object, names, label, icon and flags are set) and its other side, when nothing is wrong with either.
 * `own_on_delete`: as asked for, or empty. Returns where the field is, or NOWHERE.
 */
size_t relation_make(struct draft *draft, struct report_entry *entry, struct field_row *row,
                     const struct relation_wish *wish, struct str own_on_delete);
/* settings.onDelete and junctionTargetFieldId of a relation as asked for. */
void relation_check_settings(struct draft *draft, struct report_entry *entry, const struct json *settings,
                             bool many_to_one, size_t target);
/* A morph relation over the targets of `payloads`: a field for each, named `base` and the target's name. Returns the
 * first, or NOWHERE. */
size_t morph_make(struct draft *draft, struct report_entry *entry, const struct field_row *row,
                  const struct json *payloads, struct uuid morph_id);
/* The part of a morph field's name in front of its target's. */
struct str morph_base(struct draft *draft, size_t field);

#endif

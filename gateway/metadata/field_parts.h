/* Inside this room: the parts of a field that are JSON: options, default value, settings. */
#ifndef PORTTI_METADATA_FIELD_PARTS_H
#define PORTTI_METADATA_FIELD_PARTS_H

#include "gateway/metadata/draft.h"

struct choice {
    struct str id; /* lower case */
    struct str value, label, color;
    struct str position; /* a JSON number */
    double place;
    bool fresh; /* the id was made here */
};
struct choices {
    struct choice *items;
    size_t count;
};

/* Input into choices (contract: metadata 4.3). Failures go to the entry; `*out` then holds those that are well. */
void choices_read(struct draft *draft, struct report_entry *entry, const struct json *options, struct choices *out);
/* The five of a RATING. */
struct str choices_rating(struct draft *draft);
/* As stored in core.field. */
struct choices choices_stored(struct draft *draft, struct str json);
struct str choices_json(struct draft *draft, const struct choices *choices);
/* Those that came without an id and are called like one of `from` are that one. */
void choices_recognise(struct choices *choices, const struct choices *from);
/* What becomes of stored values: options are matched by their ids. */
struct draft_options choices_replaced(struct draft *draft, const struct choices *from, const struct choices *to);

/* Is `value` (NULL or null: none) a default for a field of this type? Failures go to the entry. */
void default_check_input(struct draft *draft, struct report_entry *entry, enum field_type type,
                         const struct choices *choices, const struct json *value, struct str settings);
/* A default for a field that may not be empty and for which nobody gave one; empty when there is none that is sensible.
 */
struct str default_generated(struct draft *draft, enum field_type type);

/* Settings of other fields than relations. */
void settings_check(struct draft *draft, struct report_entry *entry, enum field_type type, const struct json *settings);

#endif

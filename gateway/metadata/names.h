/* Names and labels (contract: metadata 3.2 and 4.2). Pure. */
#ifndef PORTTI_METADATA_NAMES_H
#define PORTTI_METADATA_NAMES_H

#include "common/base/arena.h"
#include "gateway/metadata/report.h"

enum { NAME_MAX = 63 };

/* Trimmed, and runs of white space within become one space. */
struct str name_clean(struct arena *arena, struct str text);
/* Adds all that is wrong with a name. */
void name_check(struct report *report, struct report_entry *entry, const char *code, struct str name);
/* The name that belongs to a label: "Annual revenue (€)" gives "annualRevenue". Empty when nothing is left of it. */
struct str name_from_label(struct arena *arena, struct str label);
/* The other way round: "lastSeenAt" gives "Last seen at". */
struct str name_as_label(struct arena *arena, struct str name);
bool name_is_reserved(struct str name);
/* Is it a word of our own in paths below /rest, so that records of this plural could not be reached? */
bool name_is_path(struct str name);
/* "pet" gives "Pet". */
struct str name_capital(struct arena *arena, struct str name);

#endif

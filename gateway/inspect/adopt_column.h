/* Inside this room: one column of an existing table as a field. */
#ifndef PORTTI_INSPECT_ADOPT_COLUMN_H
#define PORTTI_INSPECT_ADOPT_COLUMN_H

#include "gateway/inspect/database.h"

struct adopted_type {
    enum field_type type;
    struct str column_type; /* set when it is read with a cast */
    bool whole;             /* {"dataType":"int"} */
};

/* False when no field type holds the same values; `*why` says so. */
bool adopt_type(const struct db_column *column, struct adopted_type *out, const char **why);
/* The default in the model's spelling, as JSON; empty for none. False when only PostgreSQL can compute it. */
bool adopt_default(struct arena *arena, const struct db_column *column, enum field_type type, struct str *out);

#endif

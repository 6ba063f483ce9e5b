/* Inside this room. */
#ifndef PORTTI_METADATA_CHANGE_PRIVATE_H
#define PORTTI_METADATA_CHANGE_PRIVATE_H

#include "gateway/metadata/draft.h"

struct change {
    struct draft draft;
    struct uuid *ids; /* by operation */
    size_t op_count;
};

/* The rows to write, as statements. */
void change_rows_make(struct arena *arena, const struct change *change, struct change_steps *out);

#endif

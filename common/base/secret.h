/* Handling of secrets. */
#ifndef PORTTI_BASE_SECRET_H
#define PORTTI_BASE_SECRET_H

#include "common/base/str.h"
#include <stdbool.h>
#include <stddef.h>

/* Equal bytes? The time depends on the lengths only. */
bool secret_equal(struct str a, struct str b);
/* Overwrites memory in a way that the compiler may not leave out. */
void secret_wipe(void *bytes, size_t len);

#endif

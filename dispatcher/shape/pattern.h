/* SQL's LIKE: `%` is any run of characters, `_` one character, `\` takes the next one as it is. */
#ifndef PORTTI_DISPATCHER_SHAPE_PATTERN_H
#define PORTTI_DISPATCHER_SHAPE_PATTERN_H

#include "common/base/str.h"
#include <stdbool.h>

/* Does the pattern cover the whole text? `fold`: letters compare alike in either case. Time is bounded by the product
 * of the lengths. */
bool pattern_matches(struct str pattern, struct str text, bool fold);

#endif

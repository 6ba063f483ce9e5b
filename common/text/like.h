/* SQL's LIKE: `%` is any run of characters, `_` one character, `\` takes the next one as it is. */
#ifndef PORTTI_TEXT_LIKE_H
#define PORTTI_TEXT_LIKE_H

#include "common/base/arena.h"
#include "common/base/str.h"
#include <stdbool.h>

/* Does the pattern cover the whole text? `fold`: letters compare alike in either case. Time is bounded by the product
 * of the lengths. */
bool like_matches(struct str pattern, struct str text, bool fold);

/* A pattern in which `text` stands for itself, between two pieces of pattern: "%", the text, "%" is what contains it.
 * In the arena. */
struct str like_around(struct arena *arena, const char *before, struct str text, const char *after);

#endif

/* SQL identifiers. The only place that quotes one. */
#ifndef PORTTI_CATALOGUE_IDENTIFIER_H
#define PORTTI_CATALOGUE_IDENTIFIER_H

#include "common/base/arena.h"
#include "common/base/strbuf.h"

/* Appends "name", with inner quotes doubled. A NUL in it aborts: names were checked when they were made. */
void identifier_put(struct strbuf *out, struct str name);
struct str identifier_quote(struct arena *arena, struct str name);

#endif

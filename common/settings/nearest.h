/* The setting that a misspelled name was meant for. Inside this room only. */
#ifndef PORTTI_SETTINGS_NEAREST_H
#define PORTTI_SETTINGS_NEAREST_H

#include "common/settings/settings.h"

/* NULL when none is near enough to be worth naming. */
const char *settings_nearest(const struct setting *table, size_t count, struct str name);

#endif

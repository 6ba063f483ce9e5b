/* One setting's value: read from text, checked, and written for people. Inside this room only. */
#ifndef PORTTI_SETTINGS_VALUE_H
#define PORTTI_SETTINGS_VALUE_H

#include "common/settings/settings.h"

struct setting_value {
    char *text;     /* TEXT, SECRET: owned */
    int64_t number; /* all others; BOOL 0 or 1, CHOICE the index */
};

/* Does the row hold text of its own, to be freed? */
static inline bool setting_is_text(const struct setting *row)
{
    return row->type == SETTING_TEXT || row->type == SETTING_SECRET;
}

/* False with a sentence that says what is allowed, and never the value. A secret's "file:" is followed here. */
MUST_CHECK bool setting_value_read(const struct setting *row, struct str text, struct setting_value *out,
                                   struct err *err);
/* The row's member of a settings struct; the text is still the struct's. */
struct setting_value setting_value_of(const struct setting *row, const void *target);
void setting_value_release(const struct setting *row, struct setting_value *value);
/* As it could stand in a file; a secret as "(set)" or "(not set)". */
void setting_value_put(struct strbuf *out, const struct setting *row, const struct setting_value *value);
/* "a whole number from 0 to 65535" */
void setting_allowed_put(struct strbuf *out, const struct setting *row);
/* "PORTTI_MAX_BATCH" */
void setting_env_name_put(struct strbuf *out, const struct setting *row);

#endif

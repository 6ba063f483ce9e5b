/*
 * Settings: one table a program, a row a setting. Read from the program's .conf file, then from PORTTI_<NAME> in the
 * environment, then from --set NAME=VALUE; the last one wins. A bad one is refused at start, with the file and line (or
 * the variable, or the option) and what is allowed.
 */
#ifndef PORTTI_SETTINGS_SETTINGS_H
#define PORTTI_SETTINGS_SETTINGS_H

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum setting_type {
    SETTING_TEXT,        /* char * (owned by the settings) */
    SETTING_SECRET,      /* the same, never printed; "file:PATH" reads it from there, without a newline at its end */
    SETTING_INT,         /* int64_t, min..max */
    SETTING_BOOL,        /* bool: on/off, true/false, yes/no, 1/0 */
    SETTING_DURATION_US, /* int64_t microseconds: "250ms", "10s", "5m", "2h", "7d"; a bare 0 */
    SETTING_BYTES,       /* int64_t: "64k", "16M", "1G", powers of 1024; a bare number is bytes */
    SETTING_CHOICE       /* int (index into `choices`) */
};

struct setting {
    const char *name; /* lower_snake_case; PORTTI_ + upper case in the environment */
    enum setting_type type;
    size_t offset;            /* of the member in the program's settings struct */
    const char *default_text; /* read by the same rules; NULL is "" */
    int64_t min;              /* INT, DURATION_US, BYTES */
    int64_t max;
    const char *choices; /* CHOICE: "debug|info|warn|error" */
    const char *unit;    /* for people: "connections", "" */
    const char *meaning; /* one sentence */
    bool reloadable;     /* read again on SIGHUP */
    /* Further checks, or NULL: false with a sentence that says what is allowed. On the default too, so a check that
     * refuses "" makes a setting that must be set. */
    bool (*check)(struct str value, struct err *err);
};

struct settings_source {
    const char *file;        /* or NULL: no file */
    bool file_required;      /* a missing file is an error */
    const char *const *sets; /* "name=value" */
    size_t set_count;
    /* A text that this command does without: its default is taken unchecked. NULL: none. */
    const char *dispensable;
};

/*
 * Fills the struct at `target` (zeroed by the caller the first time; a text replaced is freed). On failure `*err` says
 * where ("gateway.conf:12: port: …", "PORTTI_PORT: …", "--set port: …") and what is allowed, never a secret, and
 * `target` keeps its old values. Unknown names are refused in the file and in --set; an unknown PORTTI_ variable is
 * somebody else's. An empty variable counts as absent, as compose files write ${NAME:-} for "not given".
 *
 * File format: "name = value" lines, blank lines, and comments from a '#' that starts a line or follows a space. A
 * value may be quoted with "…" to keep outer spaces and '#'; inside, \" and \\ stand for " and \.
 */
MUST_CHECK bool settings_load(const struct setting *table, size_t count, const struct settings_source *source,
                              void *target, struct err *err);
/*
 * For SIGHUP: reads the sources again and takes over the rows that are reloadable. `needs_restart` (or NULL) hears of
 * every other row that changed; it keeps its value. Texts taken over are freed, so no other thread may be reading them.
 */
MUST_CHECK bool settings_reload(const struct setting *table, size_t count, const struct settings_source *source,
                                void *target, void (*needs_restart)(const struct setting *row, void *context),
                                void *context, struct err *err);
void settings_release(const struct setting *table, size_t count, void *target);
/* The table as people read it, with defaults. */
void settings_print_help(const struct setting *table, size_t count, FILE *out);
/* The values in force, secrets as "(set)" or "(not set)". */
void settings_print_values(const struct setting *table, size_t count, const void *target, FILE *out);

/* "10s", "5m" … as microseconds; false when malformed or negative. Also used for lists such as retry_schedule. */
MUST_CHECK bool duration_parse(struct str text, int64_t *out_us);

#endif

/*
 * A webhook's filter: a text in the REST filter grammar, with the field `updatedFields` beside those of the record
 * (`updatedFields[containsAny]:[name,address]`; null unless the event is an update), over the event's record.
 *
 * A value's JSON type says how it compares: numbers as numbers, text byte by byte, points in time and days in whatever
 * spelling the filter has them, UUIDs and e-mail addresses in either case; "" is null, as it is stored. A field that
 * the record does not have is unknown, as is every comparison with null: the filter must be true to hold.
 */
#ifndef PORTTI_DISPATCHER_SHAPE_RECORD_FILTER_H
#define PORTTI_DISPATCHER_SHAPE_RECORD_FILTER_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/str.h"
#include <stdbool.h>

struct record_filter;

/* The text is copied. NULL with a sentence when it is no filter. */
MUST_CHECK struct record_filter *record_filter_new(struct str text, struct err *err);
void record_filter_free(struct record_filter *filter);

/* An event's JSON, parsed when the first filter asks. */
struct record_view {
    struct arena arena;
    struct str record_text;
    struct str updated_fields_text; /* empty: none */
    const struct json *record;      /* NULL: not parsed yet, or not to be parsed */
    const struct json *updated_fields;
    bool parsed;
};
void record_view_init(struct record_view *view, struct str record, struct str updated_fields);
void record_view_release(struct record_view *view);

/* A record that cannot be parsed is let through: better one event too many than one lost. */
bool record_filter_holds(const struct record_filter *filter, struct record_view *view);

#endif

/*
 * Inside this room: the plain properties of objects and fields. One table says what a property is called in the
 * document and in the metadata API, and where it is in a row; reading, writing and comparing go by it.
 */
#ifndef PORTTI_BLUEPRINT_PROPS_H
#define PORTTI_BLUEPRINT_PROPS_H

#include "common/base/strbuf.h"
#include "common/text/json_read.h"
#include "gateway/catalogue/catalogue.h"

enum prop_kind { PROP_TEXT, PROP_BOOL, PROP_JSON, PROP_OPTIONS };

struct prop {
    const char *key;   /* in the document */
    const char *input; /* in the API */
    enum prop_kind kind;
    size_t offset;
    bool plain_only; /* not of relations */
};

enum { OBJECT_PROPS = 12, FIELD_PROPS = 13 };
extern const struct prop object_props[OBJECT_PROPS];
extern const struct prop field_props[FIELD_PROPS];

/* Rows whose JSON is in canonical form, without what is not compared: ids of options, relations' and adopted columns'
 * settings. */
struct field_row props_field(struct arena *arena, const struct field_row *row);

/* What a new one has when nobody says anything. */
extern const struct object_row object_base;
extern const struct field_row field_base;

/* `,"key":value` for what differs from `base`. */
void props_put(struct strbuf *out, const struct prop *props, size_t count, bool relation, const void *row,
               const void *base);
/* Lays what `source` says over `row`. Sentences begin with `where`. */
MUST_CHECK bool props_read(struct arena *arena, const struct prop *props, size_t count, const struct json *source,
                           const char *where, void *row, struct err *err);
/*
 * The members of an input that make `now` into `wanted`, and their names for a person. Returns how many. `ids`: the
 * stored options of `now`, whose ids go along by value; `gone`: set when an option has no place in `wanted`.
 */
size_t props_diff(struct arena *arena, struct strbuf *input, struct strbuf *names, const struct prop *props,
                  size_t count, bool relation, const void *wanted, const void *now, struct str stored_options,
                  bool *gone);

/* Appends `"name":`, with a comma when something stands before it. */
void put_key(struct strbuf *out, const char *name);
void put_string(struct strbuf *out, const char *name, struct str text);
void put_uuid(struct strbuf *out, const char *name, const struct uuid *id);

#endif

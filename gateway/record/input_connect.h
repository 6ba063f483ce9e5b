/* Inside this room: a relation's {"connect":{"where":{…}}}, {"create":{…}} or {"disconnect":true}. */
#ifndef PORTTI_RECORD_INPUT_CONNECT_H
#define PORTTI_RECORD_INPUT_CONNECT_H

#include "gateway/record/record_input.h"

/* One of the three; members that are null count as absent. ERR_INVALID when it is none or several of them, or when the
 * relation cannot be set from this side. */
struct relation_write {
    const struct json *connect;    /* its `where` */
    const struct json *create;     /* the record */
    const struct json *disconnect; /* true: none any more; false: no change */
};
MUST_CHECK bool relation_write_read(const struct field *field, const struct json *json, struct relation_write *out,
                                    struct err *err);
/* ERR_INVALID with the contract's code CONNECT_UNIQUE_CONSTRAINT_ERROR: `where` must give all of one unique field, or
 * the id, and nothing else. */
MUST_CHECK bool connect_from_json(struct arena *arena, const struct field *field, const struct json *where,
                                  int64_t now_us, struct record_connect *out, struct err *err);

#endif

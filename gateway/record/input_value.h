/* Inside this room: one column's value from JSON. */
#ifndef PORTTI_RECORD_INPUT_VALUE_H
#define PORTTI_RECORD_INPUT_VALUE_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/text/json_read.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/record/value.h"

/* The code word of every refusal here (contract/rest-core 3.3). */
#define INPUT_REFUSE(err, ...) err_fail_tag((err), ERR_INVALID, "INVALID_ARGS_DATA", __VA_ARGS__)

/* For sentences: at most some 80 bytes of what the client wrote, cut at a character boundary. */
struct str input_cut(struct str text);
struct str input_quote(const struct json *json);
/* How clients call the column: "stage", "companyId", "emails.primaryEmail". */
struct str column_path(struct arena *arena, const struct column *column);

/* Strings that arrive where JSON is stored, and settings, are parsed within these. */
extern const struct json_limits input_json_limits;

/*
 * Checks, converts and normalises. A null, or what counts as one for the column ("" in a text, {} in free JSON), is
 * a null value; whether the column may be null is the caller's question. Timestamps are cut to milliseconds.
 */
MUST_CHECK bool value_from_json(struct arena *arena, const struct column *column, const struct json *json,
                                int64_t now_us, struct value *out, struct err *err);
/* The part of the above for jsonb columns and lists (input_list.c); `json` is not null. */
MUST_CHECK bool jsonb_from_json(struct arena *arena, const struct column *column, const struct json *json,
                                struct value *out, struct err *err);
MUST_CHECK bool text_array_from_json(struct arena *arena, const struct column *column, const struct json *json,
                                     struct value *out, struct err *err);
/* ERR_INVALID with the options that there are, when `text` is none of them. */
MUST_CHECK bool option_check(struct arena *arena, const struct column *column, struct str text, struct err *err);
/* Is `name` set to the string `text` in the field's settings? */
bool setting_is(struct arena *arena, const struct field *field, const char *name, const char *text);

#endif

/* Numbers as text. */
#ifndef PORTTI_TEXT_NUMBER_H
#define PORTTI_TEXT_NUMBER_H

#include "common/base/arena.h"
#include "common/base/strbuf.h"
#include <stdbool.h>
#include <stdint.h>

/*
 * As ECMAScript's Number::toString prints it (ECMA-262 6.1.6.1.20): the shortest digits that read back as the same
 * double, exponent form from 1e21 up and below 1e-6 with a sign ("1e+21", "1e-7"), "0" for negative zero. `value` must
 * be finite. This is what makes our JSON a fixed point of JSON.stringify(JSON.parse(x)).
 */
void number_put_double(struct strbuf *out, double value);
/* The same into memory of the caller; returns the length. */
#define NUMBER_DOUBLE_MAX 32
size_t number_print_double(double value, char out[NUMBER_DOUBLE_MAX]);
/* A JSON number (RFC 8259), nothing before or after it, that is finite as a double. Independent of the locale. */
MUST_CHECK bool number_parse_double(struct str text, double *out);

/*
 * Decimal text in canonical form: a JSON number with an optional leading '+', written out without exponent, leading
 * zeros, trailing zeros of the fraction or negative zero. False when malformed or when it would take more than
 * `max_digits` digits. Never goes through a double.
 */
MUST_CHECK bool number_canonical_decimal(struct arena *arena, struct str text, size_t max_digits, struct str *out);
/* Is this canonical decimal exactly what ECMAScript would print after reading it, so that it may stand in JSON as a
 * number? Otherwise it is sent as a string, and no digit is lost. */
bool number_survives_double(struct str canonical);

#endif

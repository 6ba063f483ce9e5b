/*
 * Phone numbers, so that one number written in two ways is one value (uniqueness, filters, duplicates). Internal to the
 * room.
 *
 * Formatting goes, nothing is guessed: spaces (also U+00A0 and U+202F), dots, dashes, slashes and brackets are dropped
 * when what remains is digits with an optional leading '+'; anything else, such as an extension or letters, is kept as
 * it was sent, trimmed. libphonenumber's C++ port was weighed and left out: it brings ICU, protobuf and Abseil, forty
 * megabytes for a ten megabyte program, to refuse numbers that Twenty's clients may send.
 */
#ifndef PORTTI_RECORD_PHONE_H
#define PORTTI_RECORD_PHONE_H

#include "common/base/arena.h"
#include "common/base/str.h"

enum phone_part { PHONE_NUMBER, PHONE_CALLING_CODE, PHONE_COUNTRY_CODE, PHONE_PART_COUNT };

/* Of a sub-field ("primaryPhoneNumber") or of a key of an additional phone ("number"). */
enum phone_part phone_part_of(struct str name);
/* A calling code gets its '+'; a country code of two letters is written in capitals. Never longer than `text` + 1. */
struct str phone_canonical(struct arena *arena, enum phone_part part, struct str text);

#endif

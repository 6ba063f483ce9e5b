/* Private to this room: powers of ten to 128 bits, for number_double.c. */
#ifndef PORTTI_TEXT_NUMBER_POWERS_H
#define PORTTI_TEXT_NUMBER_POWERS_H

#include <stdint.h>

enum { POWER_MIN = -292, POWER_MAX = 324 };

extern const uint64_t NUMBER_POWERS[POWER_MAX - POWER_MIN + 1][2];

#endif

/* A fast hash for telling contents apart: not for secrets, nor for tables whose keys come from outside (see map.h). */
#ifndef PORTTI_BASE_HASH_H
#define PORTTI_BASE_HASH_H

#include "common/base/str.h"
#include <stdint.h>

/* The same in every process and after every start. */
uint64_t hash_bytes(uint64_t seed, struct str bytes);

#endif

/* Private to this room. */
#ifndef PORTTI_CRYPTO_CRYPTO_CHECK_H
#define PORTTI_CRYPTO_CRYPTO_CHECK_H

#include <stdbool.h>

/* What libcrypto only refuses when it is out of memory or misbuilt: aborts then. */
void crypto_check(bool done);

#endif

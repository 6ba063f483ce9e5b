/* Certificates and keys in PEM, as somebody hands them in: checked before they are kept. Pure. */
#ifndef PORTTI_CRYPTO_CERTIFICATE_H
#define PORTTI_CRYPTO_CERTIFICATE_H

#include "common/base/err.h"
#include "common/base/str.h"

/* A list of authorities, or a chain, is no longer than this. */
enum { CERTIFICATE_BYTES_MAX = 64 * 1024 };

/* One certificate or more, and nothing else but blanks between them. ERR_INVALID says what is wrong; the caller knows
 * which field it was. */
MUST_CHECK bool certificate_check_list(struct str pem, struct err *err);
/* A chain whose first certificate has the public half of `key`, which is one private key without a pass phrase. */
MUST_CHECK bool certificate_check_pair(struct str chain, struct str key, struct err *err);

#endif

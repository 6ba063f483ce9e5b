/* Inside this room: domain names and e-mail addresses in one spelling each. Pure text, no look-ups. */
#ifndef PORTTI_RECORD_DOMAIN_H
#define PORTTI_RECORD_DOMAIN_H

#include "common/base/arena.h"
#include "common/base/str.h"
#include <stdbool.h>

enum domain_kind {
    DOMAIN_OF_MAIL, /* two labels or more, letters, digits and inner hyphens */
    DOMAIN_OF_WEB   /* one label will do, and browsers take underscores */
};

/*
 * Lower case, in the ASCII form of RFC 3492, ideographic and full-width dots read as '.', one trailing dot dropped.
 * Labels that are in the "xn--" form already are kept. False when it is no domain name; `*out` is then untouched.
 */
MUST_CHECK bool domain_ascii(struct arena *arena, struct str text, enum domain_kind kind, struct str *out);

#endif

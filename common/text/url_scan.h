/* Private to this room: the pieces of url.c and url_http.c. */
#ifndef PORTTI_TEXT_URL_SCAN_H
#define PORTTI_TEXT_URL_SCAN_H

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include <stdbool.h>
#include <stddef.h>

/* 0 to 15, or -1. */
int url_hex_value(char digit);
/* %XX in upper case. */
void url_put_escape(struct strbuf *out, char byte);
/*
 * The host in WHATWG's form: lower case, any spelling of an IPv4 address as four decimals, an IPv6 address compressed
 * and in brackets. International names must come as xn-- already.
 */
MUST_CHECK bool url_host_put(struct strbuf *out, struct str host, bool *is_ipv6, struct err *err);

#endif

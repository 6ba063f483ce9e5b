/*
 * Where deliveries may go: a decision on the address that a connection is really about to be made to, after the name
 * was resolved, so that no spelling of a host and no change of its DNS answer gets around it.
 *
 * By default only globally reachable unicast addresses are allowed: every special range of both IP versions is refused
 * (RFC 6890 and its registries, multicast, documentation, benchmarking, carrier NAT …). Addresses that carry an IPv4
 * address inside are judged by it too: mapped ones are treated as that IPv4 address, NAT64 (64:ff9b::/96) and ISATAP
 * need it to be fine, and 6to4, Teredo, IPv4-compatible and local NAT64 ones are refused altogether, unless their range
 * is allowed. What is denied stays denied inside all of them.
 */
#ifndef PORTTI_DISPATCHER_DELIVER_EGRESS_H
#define PORTTI_DISPATCHER_DELIVER_EGRESS_H

#include "common/base/err.h"
#include "common/base/str.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct egress_range {
    uint8_t address[16]; /* IPv4: in the first four bytes */
    uint8_t bytes;       /* 4 or 16 */
    uint8_t bits;        /* of the prefix */
};

enum { EGRESS_RANGES_MAX = 128 };

struct egress_list {
    size_t count;
    struct egress_range ranges[EGRESS_RANGES_MAX];
};

/* Deny wins over allow, allow wins over the built-in special ranges. */
struct egress_policy {
    struct egress_list allow;
    struct egress_list deny;
};

/* "10.0.0.0/8, fd00::/8, 192.0.2.7": an address alone is that address. Bits behind the prefix must be zero. ERR_INVALID
 * names the entry; `*out` is then untouched. The empty text is the empty list. */
MUST_CHECK bool egress_list_parse(struct str text, struct egress_list *out, struct err *err);
/* Is it a name, or an address that is allowed? `host` as url_parse_http prints it: an IPv4 address in four decimal
 * parts, an IPv6 one without brackets, names in lower case. "localhost" and what ends in it are the loopback addresses.
 */
bool egress_allows_host(const struct egress_policy *policy, struct str host);
/* `bytes` is 4 or 16, `address` in network order. */
bool egress_allows(const struct egress_policy *policy, const uint8_t *address, size_t bytes);

#endif

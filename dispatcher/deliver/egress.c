#include "dispatcher/deliver/egress.h"
#include <arpa/inet.h>
#include <netinet/in.h>

struct special {
    uint8_t address[16];
    uint8_t bits;
};

static const struct special special_v4[] = {
    {{0}, 8},                 /* this network */
    {{10}, 8},                /* private */
    {{100, 64}, 10},          /* carrier NAT */
    {{127}, 8},               /* loopback */
    {{168, 63, 129, 16}, 32}, /* a cloud's own services, within its machines */
    {{169, 254}, 16},         /* link-local, cloud metadata */
    {{172, 16}, 12},          /* private */
    {{192, 0, 0}, 24},        /* protocol assignments */
    {{192, 0, 2}, 24},        /* documentation */
    {{192, 31, 196}, 24},     /* AS112 */
    {{192, 52, 193}, 24},     /* AMT */
    {{192, 88, 99}, 24},      /* 6to4 relays */
    {{192, 168}, 16},         /* private */
    {{192, 175, 48}, 24},     /* AS112 */
    {{198, 18}, 15},          /* benchmarking */
    {{198, 51, 100}, 24},     /* documentation */
    {{203, 0, 113}, 24},      /* documentation */
    {{224}, 4},               /* multicast */
    {{240}, 4},               /* reserved, broadcast */
};

/* Everything outside 2000::/3 is refused first, which covers ::, ::1, fc00::/7, fe80::/10, ff00::/8, 100::/64,
 * 5f00::/16, 64:ff9b:1::/48 and the compatible forms. */
static const struct special special_v6[] = {
    {{0x20, 0x01, 0x00}, 23},             /* IETF: Teredo, benchmarking, ORCHID, AMT, AS112 */
    {{0x20, 0x01, 0x0d, 0xb8}, 32},       /* documentation */
    {{0x20, 0x02}, 16},                   /* 6to4 */
    {{0x26, 0x20, 0x00, 0x4f, 0x80}, 48}, /* AS112 */
    {{0x3f, 0xff}, 20},                   /* documentation */
};

static const struct special global_unicast = {{0x20}, 3};

/* Where an IPv6 address carries one of IPv4. */
static const struct form {
    uint8_t prefix[16];
    uint8_t bits;
    uint8_t at; /* the IPv4 address's first byte */
    bool inverted;
} forms[] = {
    {{[10] = 0xff, [11] = 0xff}, 96, 12, false},           /* mapped: the kernel sends plain IPv4 */
    {{0x00, 0x64, 0xff, 0x9b}, 96, 12, false},             /* NAT64 */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, 12, false}, /* NAT64 for local use, in its usual form */
    {{0}, 96, 12, false},                                  /* compatible */
    {{[8] = 0xff, [9] = 0xff}, 96, 12, false},             /* translated (SIIT) */
    {{0x20, 0x02}, 16, 2, false},                          /* 6to4 */
    {{0x20, 0x01, 0x00, 0x00}, 32, 4, false},              /* Teredo: its server … */
    {{0x20, 0x01, 0x00, 0x00}, 32, 12, true},              /* … and its client */
};
/* ISATAP: any prefix, then 0000:5efe or 0200:5efe, then the IPv4 address. */
static const uint8_t isatap_id[4] = {0x00, 0x00, 0x5e, 0xfe};

static bool prefix_equal(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned whole = bits / 8;
    unsigned rest = bits % 8;
    if (memcmp(a, b, whole) != 0) {
        return false;
    }
    return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

static bool list_has(const struct egress_list *list, const uint8_t *address, size_t bytes)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct egress_range *range = &list->ranges[i];
        if (range->bytes == bytes && prefix_equal(range->address, address, range->bits)) {
            return true;
        }
    }
    return false;
}

static bool is_special(const struct special *table, size_t count, const uint8_t *address)
{
    for (size_t i = 0; i < count; i++) {
        if (prefix_equal(table[i].address, address, table[i].bits)) {
            return true;
        }
    }
    return false;
}

static bool allows_v4(const struct egress_policy *policy, const uint8_t *address)
{
    if (list_has(&policy->deny, address, 4)) {
        return false;
    }
    return list_has(&policy->allow, address, 4) || !is_special(special_v4, ARRAY_LEN(special_v4), address);
}

static bool is_isatap(const uint8_t *address)
{
    static const uint8_t universal = 0x02;
    return (address[8] & ~universal) == isatap_id[0] && memcmp(address + 9, isatap_id + 1, 3) == 0;
}

static void embedded(const struct form *form, const uint8_t *address, uint8_t out[4])
{
    for (size_t i = 0; i < 4; i++) {
        out[i] = form->inverted ? (uint8_t)~address[form->at + i] : address[form->at + i];
    }
}

static bool carries_denied(const struct egress_policy *policy, const uint8_t *address)
{
    uint8_t v4[4];
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        embedded(&forms[i], address, v4);
        if (prefix_equal(forms[i].prefix, address, forms[i].bits) && list_has(&policy->deny, v4, 4)) {
            return true;
        }
    }
    return is_isatap(address) && list_has(&policy->deny, address + 12, 4);
}

static bool is_mapped(const uint8_t *address)
{
    return prefix_equal(forms[0].prefix, address, forms[0].bits);
}

static bool is_nat64(const uint8_t *address)
{
    return prefix_equal(forms[1].prefix, address, forms[1].bits);
}

bool egress_allows(const struct egress_policy *policy, const uint8_t *address, size_t bytes)
{
    if (bytes == 4) {
        return allows_v4(policy, address);
    }
    if (bytes != 16 || list_has(&policy->deny, address, 16) || carries_denied(policy, address)) {
        return false;
    }
    if (is_mapped(address)) {
        return allows_v4(policy, address + 12);
    }
    if (list_has(&policy->allow, address, 16)) {
        return true;
    }
    if (is_nat64(address)) {
        return allows_v4(policy, address + 12);
    }
    return prefix_equal(global_unicast.address, address, global_unicast.bits) &&
           !is_special(special_v6, ARRAY_LEN(special_v6), address) &&
           (!is_isatap(address) || allows_v4(policy, address + 12));
}

static bool is_localhost(struct str host)
{
    if (host.len > 0 && host.ptr[host.len - 1] == '.') {
        host.len--;
    }
    return str_is(host, "localhost") ||
           (host.len > 10 && str_is(str_slice(host, host.len - 10, host.len), ".localhost"));
}

bool egress_allows_host(const struct egress_policy *policy, struct str host)
{
    static const uint8_t loopback_v4[4] = {127, 0, 0, 1};
    static const uint8_t loopback_v6[16] = {[15] = 1};
    char text[INET6_ADDRSTRLEN];
    uint8_t address[16];
    if (is_localhost(host)) {
        return egress_allows(policy, loopback_v4, 4) || egress_allows(policy, loopback_v6, 16);
    }
    if (host.len >= sizeof(text)) {
        return true;
    }
    memcpy(text, host.ptr, host.len);
    text[host.len] = '\0';
    if (inet_pton(AF_INET, text, address) == 1) {
        return egress_allows(policy, address, 4);
    }
    return inet_pton(AF_INET6, text, address) != 1 || egress_allows(policy, address, 16);
}

/* Are all bits behind the prefix zero? */
static bool is_clean(const struct egress_range *range)
{
    for (unsigned bit = range->bits; bit < range->bytes * 8U; bit++) {
        if ((unsigned)range->address[bit / 8] >> (7 - bit % 8) & 1U) {
            return false;
        }
    }
    return true;
}

static bool parse_range(struct str text, struct egress_range *out)
{
    char host[INET6_ADDRSTRLEN];
    size_t slash = str_find(text, '/');
    if (slash == 0 || slash >= sizeof(host)) {
        return false;
    }
    memcpy(host, text.ptr, slash);
    host[slash] = '\0';
    struct egress_range range = {{0}, 0, 0};
    if (inet_pton(AF_INET, host, range.address) == 1) {
        range.bytes = 4;
    } else if (inet_pton(AF_INET6, host, range.address) == 1) {
        range.bytes = 16;
    } else {
        return false;
    }
    int64_t bits = INT64_C(8) * range.bytes;
    if (slash < text.len && !str_to_int64(str_slice(text, slash + 1, text.len), 0, bits, &bits)) {
        return false;
    }
    range.bits = (uint8_t)bits;
    *out = range;
    return is_clean(&range);
}

bool egress_list_parse(struct str text, struct egress_list *out, struct err *err)
{
    struct egress_list list = {0};
    struct str rest = str_trim(text);
    struct str part;
    if (rest.len == 0) {
        *out = list;
        return true;
    }
    while (str_split(&rest, ',', &part)) {
        part = str_trim(part);
        if (list.count == EGRESS_RANGES_MAX) {
            return err_fail(err, ERR_INVALID, 0, "more than %d address ranges", EGRESS_RANGES_MAX);
        }
        if (!parse_range(part, &list.ranges[list.count])) {
            return err_fail(err, ERR_INVALID, 0,
                            "\"%.*s\" is no address range such as 10.0.0.0/8 or fd00::/8 (bits behind the prefix must "
                            "be zero)",
                            STR_ARG(part));
        }
        list.count++;
    }
    *out = list;
    return true;
}

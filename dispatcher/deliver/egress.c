#include "dispatcher/deliver/egress.h"
#include <arpa/inet.h>
#include <netinet/in.h>

struct special {
    uint8_t address[16];
    uint8_t bits;
};

static const struct special special_v4[] = {
    {{0}, 8},             /* this network */
    {{10}, 8},            /* private */
    {{100, 64}, 10},      /* carrier NAT */
    {{127}, 8},           /* loopback */
    {{169, 254}, 16},     /* link-local, cloud metadata */
    {{172, 16}, 12},      /* private */
    {{192, 0, 0}, 24},    /* protocol assignments */
    {{192, 0, 2}, 24},    /* documentation */
    {{192, 31, 196}, 24}, /* AS112 */
    {{192, 52, 193}, 24}, /* AMT */
    {{192, 88, 99}, 24},  /* 6to4 relays */
    {{192, 168}, 16},     /* private */
    {{192, 175, 48}, 24}, /* AS112 */
    {{198, 18}, 15},      /* benchmarking */
    {{198, 51, 100}, 24}, /* documentation */
    {{203, 0, 113}, 24},  /* documentation */
    {{224}, 4},           /* multicast */
    {{240}, 4},           /* reserved, broadcast */
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
static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
static const uint8_t nat64_prefix[12] = {0x00, 0x64, 0xff, 0x9b};

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

bool egress_allows(const struct egress_policy *policy, const uint8_t *address, size_t bytes)
{
    if (bytes == 4) {
        return allows_v4(policy, address);
    }
    if (bytes != 16 || list_has(&policy->deny, address, 16)) {
        return false;
    }
    /* The kernel sends plain IPv4 for a mapped address. */
    if (memcmp(address, mapped_prefix, sizeof(mapped_prefix)) == 0) {
        return allows_v4(policy, address + 12);
    }
    bool nat64 = memcmp(address, nat64_prefix, sizeof(nat64_prefix)) == 0;
    if (nat64 && list_has(&policy->deny, address + 12, 4)) {
        return false;
    }
    if (list_has(&policy->allow, address, 16)) {
        return true;
    }
    if (nat64) {
        return allows_v4(policy, address + 12);
    }
    return prefix_equal(global_unicast.address, address, global_unicast.bits) &&
           !is_special(special_v6, ARRAY_LEN(special_v6), address);
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

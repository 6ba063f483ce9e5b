/* Hosts of URLs, as the WHATWG URL standard reads and prints them. */
#include "common/text/url_scan.h"

#include <arpa/inet.h>
#include <stdint.h>

enum { HOST_MAX = 253, LABEL_MAX = 63 };

static bool fail(struct err *err)
{
    return err_fail(err, ERR_INVALID, 0, "The host of the URL is malformed");
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* A part of an IPv4 address: decimal, octal with 0 in front, or hexadecimal with 0x. "0x" alone is zero. */
static bool ipv4_part(struct str part, uint64_t *out)
{
    unsigned base = 10;
    if (part.len >= 2 && part.ptr[0] == '0' && (part.ptr[1] | 0x20) == 'x') {
        base = 16;
        part = str_slice(part, 2, part.len);
    } else if (part.len >= 2 && part.ptr[0] == '0') {
        base = 8;
        part = str_slice(part, 1, part.len);
    } else if (part.len == 0) {
        return false;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < part.len; i++) {
        int digit = url_hex_value(part.ptr[i]);
        if (digit < 0 || (unsigned)digit >= base) {
            return false;
        }
        value = value * base + (unsigned)digit;
        if (value > UINT32_MAX) {
            value = UINT64_C(1) << 32;
        }
    }
    *out = value;
    return true;
}

/* Browsers and resolvers read such a name as an address, so it has to be one. */
static bool ends_in_number(struct str host)
{
    if (host.len > 0 && host.ptr[host.len - 1] == '.') {
        host.len--;
    }
    size_t start = host.len;
    while (start > 0 && host.ptr[start - 1] != '.') {
        start--;
    }
    struct str last = str_slice(host, start, host.len);
    bool digits = last.len > 0;
    for (size_t i = 0; i < last.len; i++) {
        digits = digits && is_digit(last.ptr[i]);
    }
    uint64_t value = 0;
    return digits || ipv4_part(last, &value);
}

static bool put_ipv4(struct strbuf *out, struct str host, struct err *err)
{
    uint64_t address = 0;
    uint64_t last = 0;
    unsigned count = 0;
    struct str rest = host.ptr[host.len - 1] == '.' ? str_slice(host, 0, host.len - 1) : host;
    struct str part;
    while (str_split(&rest, '.', &part)) {
        uint64_t value = 0;
        if (count == 4 || !ipv4_part(part, &value) || (count > 0 && last > 255)) {
            return fail(err);
        }
        address = count == 0 ? 0 : address << 8 | last;
        last = value;
        count++;
    }
    unsigned bits = 8 * (5 - count);
    if (last >> bits != 0) {
        return fail(err);
    }
    address = address << bits | last;
    for (int shift = 24; shift >= 0; shift -= 8) {
        strbuf_put_uint(out, address >> shift & 255);
        if (shift > 0) {
            strbuf_put_char(out, '.');
        }
    }
    return true;
}

/* The first longest run of two or more zero groups; `*len` is 0 when there is none. */
static size_t longest_zeros(const uint16_t groups[8], size_t *len)
{
    size_t best = 0;
    *len = 0;
    for (size_t i = 0; i < 8;) {
        size_t end = i;
        while (end < 8 && groups[end] == 0) {
            end++;
        }
        if (end - i > *len && end - i >= 2) {
            best = i;
            *len = end - i;
        }
        i = end + 1;
    }
    return best;
}

/* Never with an IPv4 tail, unlike inet_ntop. */
static bool put_ipv6(struct strbuf *out, struct str literal, struct err *err)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    if (literal.len >= sizeof text) {
        return fail(err);
    }
    memcpy(text, literal.ptr, literal.len);
    text[literal.len] = '\0';
    if (inet_pton(AF_INET6, text, bytes) != 1) {
        return fail(err);
    }
    uint16_t groups[8];
    for (size_t i = 0; i < 8; i++) {
        groups[i] = (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    }
    size_t zeros = 0;
    size_t at = longest_zeros(groups, &zeros);
    strbuf_put_char(out, '[');
    for (size_t i = 0; i < 8; i++) {
        if (zeros > 0 && i == at) {
            strbuf_puts(out, i == 0 ? "::" : ":");
            i += zeros - 1;
            continue;
        }
        strbuf_printf(out, i < 7 ? "%x:" : "%x", groups[i]);
    }
    strbuf_put_char(out, ']');
    return true;
}

/* Letters, digits, '-' and '_' in labels of ordinary length; one dot at the end is allowed. */
static bool is_name(struct str host)
{
    size_t label = 0;
    for (size_t i = 0; i < host.len; i++) {
        char byte = host.ptr[i];
        bool letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
        if (byte == '.' ? label == 0 : !letter && !is_digit(byte) && byte != '-' && byte != '_') {
            return false;
        }
        label = byte == '.' ? 0 : label + 1;
        if (label > LABEL_MAX) {
            return false;
        }
    }
    return host.len > 0 && host.len <= HOST_MAX + (label == 0);
}

bool url_host_put(struct strbuf *out, struct str host, bool *is_ipv6, struct err *err)
{
    *is_ipv6 = host.len >= 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']';
    if (*is_ipv6) {
        return put_ipv6(out, str_slice(host, 1, host.len - 1), err);
    }
    if (!is_name(host)) {
        return fail(err);
    }
    if (ends_in_number(host)) {
        return put_ipv4(out, host, err);
    }
    for (size_t i = 0; i < host.len; i++) {
        char byte = host.ptr[i];
        strbuf_put_char(out, byte >= 'A' && byte <= 'Z' ? (char)(byte | 0x20) : byte);
    }
    return true;
}

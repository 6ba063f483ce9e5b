#include "common/text/encode.h"

#include <stdint.h>

static const char HEX[] = "0123456789abcdef";
static const char STANDARD[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char URL_SAFE[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void hex_put(struct strbuf *out, struct str bytes)
{
    char *place = bytes.len > SIZE_MAX / 2 ? NULL : strbuf_reserve(out, bytes.len * 2);
    if (place == NULL) {
        return;
    }
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.ptr[i];
        place[2 * i] = HEX[byte >> 4];
        place[2 * i + 1] = HEX[byte & 15];
    }
    out->len += bytes.len * 2;
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'a' && digit <= 'f') {
        return digit - 'a' + 10;
    }
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

bool hex_decode(struct arena *arena, struct str text, struct str *out)
{
    if (text.len % 2 != 0) {
        return false;
    }
    char *bytes = arena_bytes(arena, text.len / 2);
    for (size_t i = 0; i < text.len; i += 2) {
        int high = hex_value(text.ptr[i]);
        int low = hex_value(text.ptr[i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        bytes[i / 2] = (char)(high << 4 | low);
    }
    *out = str_of(bytes, text.len / 2);
    return true;
}

/* Up to three bytes as the upper 24 bits of a group. */
static uint32_t group_of(struct str bytes, size_t at)
{
    uint32_t group = 0;
    for (size_t i = 0; i < 3; i++) {
        uint32_t byte = at + i < bytes.len ? (unsigned char)bytes.ptr[at + i] : 0;
        group = group << 8 | byte;
    }
    return group;
}

static void put(struct strbuf *out, struct str bytes, const char alphabet[65], bool padded)
{
    for (size_t at = 0; at < bytes.len; at += 3) {
        uint32_t group = group_of(bytes, at);
        size_t real = bytes.len - at >= 3 ? 4 : bytes.len - at + 1;
        char four[4];
        for (size_t i = 0; i < 4; i++) {
            four[i] = i < real ? alphabet[group >> (18 - 6 * i) & 63] : '=';
        }
        strbuf_put(out, str_of(four, padded ? 4 : real));
    }
}

/* The value of a base64 digit, or -1. */
static int digit_value(char digit, const char alphabet[65])
{
    if (digit >= 'A' && digit <= 'Z') {
        return digit - 'A';
    }
    if (digit >= 'a' && digit <= 'z') {
        return digit - 'a' + 26;
    }
    if (digit >= '0' && digit <= '9') {
        return digit - '0' + 52;
    }
    return digit == alphabet[62] ? 62 : digit == alphabet[63] ? 63 : -1;
}

/* `text` has no padding left. */
static bool decode(struct arena *arena, struct str text, const char alphabet[65], struct str *out)
{
    size_t spare = text.len % 4;
    if (spare == 1) {
        return false;
    }
    char *bytes = arena_bytes(arena, text.len / 4 * 3 + (spare == 0 ? 0 : spare - 1));
    size_t len = 0;
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < text.len; i++) {
        int value = digit_value(text.ptr[i], alphabet);
        if (value < 0) {
            return false;
        }
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes[len++] = (char)(bits >> held & 0xFF);
        }
    }
    /* Two texts must not stand for the same bytes. */
    if ((bits & ((1u << held) - 1)) != 0) {
        return false;
    }
    *out = str_of(bytes, len);
    return true;
}

void base64_put(struct strbuf *out, struct str bytes)
{
    put(out, bytes, STANDARD, true);
}

bool base64_decode(struct arena *arena, struct str text, struct str *out)
{
    if (text.len % 4 != 0) {
        return false;
    }
    for (int padding = 0; padding < 2 && text.len > 0 && text.ptr[text.len - 1] == '='; padding++) {
        text.len--;
    }
    return decode(arena, text, STANDARD, out);
}

void base64url_put(struct strbuf *out, struct str bytes)
{
    put(out, bytes, URL_SAFE, false);
}

bool base64url_decode(struct arena *arena, struct str text, struct str *out)
{
    return decode(arena, text, URL_SAFE, out);
}

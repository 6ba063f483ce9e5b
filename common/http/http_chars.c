#include "common/http/http_chars.h"

enum { TOKEN = 1, HOST = 2, BOTH = TOKEN | HOST };

#define TEN(first, set)                                                                                                \
    [(first)] = (set), [(first) + 1] = (set), [(first) + 2] = (set), [(first) + 3] = (set), [(first) + 4] = (set),     \
    [(first) + 5] = (set), [(first) + 6] = (set), [(first) + 7] = (set), [(first) + 8] = (set), [(first) + 9] = (set)
#define LETTERS(first)                                                                                                 \
    TEN(first, BOTH), TEN((first) + 10, BOTH), [(first) + 20] = BOTH, [(first) + 21] = BOTH, [(first) + 22] = BOTH,    \
                                                          [(first) + 23] = BOTH, [(first) + 24] = BOTH,                \
                                                          [(first) + 25] = BOTH

static const unsigned char SETS[256] = {
    TEN('0', BOTH), LETTERS('A'),  LETTERS('a'),  ['!'] = BOTH, ['#'] = TOKEN, ['$'] = BOTH, ['%'] = BOTH,
    ['&'] = BOTH,   ['\''] = BOTH, ['*'] = BOTH,  ['+'] = BOTH, ['-'] = BOTH,  ['.'] = BOTH, ['^'] = TOKEN,
    ['_'] = BOTH,   ['`'] = TOKEN, ['|'] = TOKEN, ['~'] = BOTH, ['('] = HOST,  [')'] = HOST, [','] = HOST,
    [';'] = HOST,   ['='] = HOST,  [':'] = HOST,  ['['] = HOST, [']'] = HOST,
};

bool http_is_token_byte(unsigned char byte)
{
    return (SETS[byte] & TOKEN) != 0;
}

static bool all_of(struct str text, unsigned char set)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((SETS[(unsigned char)text.ptr[i]] & set) == 0) {
            return false;
        }
    }
    return text.len > 0;
}

bool http_is_token(struct str text)
{
    return all_of(text, TOKEN);
}

bool http_is_host(struct str text)
{
    return all_of(text, HOST);
}

bool http_is_value(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!http_is_value_byte((unsigned char)text.ptr[i])) {
            return false;
        }
    }
    return true;
}

bool http_is_target(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];
        if (byte <= 0x20 || byte >= 0x7f || byte == '#') {
            return false;
        }
    }
    return text.len > 0;
}

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

struct str http_trim(struct str text)
{
    while (text.len > 0 && is_blank(text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && is_blank(text.ptr[text.len - 1])) {
        text.len--;
    }
    return text;
}

#include "common/settings/nearest.h"

enum { NAME_MAX_COMPARED = 64 };

static bool alike(char a, char b)
{
    /* "Max-Batch" is the same spelling mistake as none. */
    if (a == '-' || a == '.') {
        a = '_';
    }
    return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b);
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Levenshtein's: single-character insertions, removals and replacements. */
static size_t distance(struct str a, struct str b)
{
    size_t row[NAME_MAX_COMPARED + 1];
    for (size_t j = 0; j <= b.len; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t replaced = diagonal + (alike(a.ptr[i - 1], b.ptr[j - 1]) ? 0 : 1);
            diagonal = row[j];
            row[j] = least(row[j] + 1, row[j - 1] + 1, replaced);
        }
    }
    return row[b.len];
}

const char *settings_nearest(const struct setting *table, size_t count, struct str name)
{
    if (name.len > NAME_MAX_COMPARED) {
        return NULL;
    }
    const char *nearest = NULL;
    size_t best = name.len / 3 > 2 ? name.len / 3 : 2;
    for (size_t i = 0; i < count; i++) {
        struct str known = str_from(table[i].name);
        size_t apart = known.len > NAME_MAX_COMPARED ? SIZE_MAX : distance(name, known);
        if (apart < best || (apart == best && nearest == NULL)) {
            best = apart;
            nearest = table[i].name;
        }
    }
    return nearest;
}

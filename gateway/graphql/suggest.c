#include "gateway/graphql/suggest.h"

#include "common/base/strbuf.h"

enum { NAME_MAX_LEN = 80, LOOKED_MAX = 20000 };

static char lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits between two names: insert, delete, replace, swap neighbours; a difference in case only is one. SIZE_MAX when
 * there are more than `most`. */
static size_t distance_of(struct str a, struct str b, size_t most)
{
    size_t rows[3][NAME_MAX_LEN + 1];
    if (str_eq(a, b)) {
        return 0;
    }
    if (str_eq_nocase(a, b)) {
        return 1;
    }
    if (a.len > NAME_MAX_LEN || b.len > NAME_MAX_LEN || a.len > b.len + most || b.len > a.len + most) {
        return SIZE_MAX;
    }
    for (size_t j = 0; j <= b.len; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        const size_t *up = rows[(i - 1) % 3];
        size_t *row = rows[i % 3];
        size_t smallest = row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            bool same = lower(a.ptr[i - 1]) == lower(b.ptr[j - 1]);
            row[j] = least(least(up[j] + 1, row[j - 1] + 1), up[j - 1] + (same ? 0 : 1));
            if (i > 1 && j > 1 && lower(a.ptr[i - 1]) == lower(b.ptr[j - 2]) &&
                lower(a.ptr[i - 2]) == lower(b.ptr[j - 1])) {
                row[j] = least(row[j], rows[(i - 2) % 3][j - 2] + 1);
            }
            smallest = least(smallest, row[j]);
        }
        if (smallest > most) {
            return SIZE_MAX;
        }
    }
    size_t distance = rows[a.len % 3][b.len];
    return distance <= most ? distance : SIZE_MAX;
}

void gql_suggest(struct gql_suggestions *suggestions, struct str name)
{
    if (++suggestions->looked > LOOKED_MAX || (suggestions->budget != NULL && *suggestions->budget == 0)) {
        return;
    }
    if (suggestions->budget != NULL) {
        --*suggestions->budget;
    }
    size_t distance = distance_of(suggestions->input, name, suggestions->input.len * 2 / 5 + 1);
    if (distance == SIZE_MAX) {
        return;
    }
    size_t at = suggestions->count;
    while (at > 0 &&
           (suggestions->best[at - 1].distance > distance ||
            (suggestions->best[at - 1].distance == distance && str_cmp(suggestions->best[at - 1].name, name) > 0))) {
        at--;
    }
    if (at >= ARRAY_LEN(suggestions->best)) {
        return;
    }
    size_t last = least(suggestions->count, ARRAY_LEN(suggestions->best) - 1);
    for (size_t i = last; i > at; i--) {
        suggestions->best[i] = suggestions->best[i - 1];
    }
    suggestions->best[at].name = name;
    suggestions->best[at].distance = distance;
    suggestions->count = least(suggestions->count + 1, ARRAY_LEN(suggestions->best));
}

void gql_suggest_fields(struct gql_suggestions *suggestions, const struct gql_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        gql_suggest(suggestions, fields[i].name);
    }
}

struct str gql_suggest_text(const struct gql_suggestions *suggestions, const char *prefix)
{
    struct strbuf out = {0};
    for (size_t i = 0; i < suggestions->count; i++) {
        bool last = i + 1 == suggestions->count;
        const char *before = i == 0 ? " Did you mean " : !last ? ", " : suggestions->count == 2 ? " or " : ", or ";
        strbuf_printf(&out, "%s%s\"%.*s\"%s", before, i == 0 ? prefix : "", STR_ARG(suggestions->best[i].name),
                      last ? "?" : "");
    }
    struct str text = arena_copy(suggestions->arena, strbuf_str(&out));
    strbuf_release(&out);
    return text;
}

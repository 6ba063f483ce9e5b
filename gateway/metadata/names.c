#include "gateway/metadata/names.h"
#include "common/text/utf8.h"

/* Both numbers of each, as the wire has them. */
static const char *const reserved[] = {
    "approvedAccessDomain",
    "approvedAccessDomains",
    "appToken",
    "appTokens",
    "billingCustomer",
    "billingCustomers",
    "billingEntitlement",
    "billingEntitlements",
    "billingMeter",
    "billingMeters",
    "billingProduct",
    "billingProducts",
    "billingSubscription",
    "billingSubscriptions",
    "billingSubscriptionItem",
    "billingSubscriptionItems",
    "featureFlag",
    "featureFlags",
    "job",
    "jobs",
    "keyValuePair",
    "keyValuePairs",
    "pageLayout",
    "pageLayouts",
    "pageLayoutTab",
    "pageLayoutTabs",
    "pageLayoutWidget",
    "pageLayoutWidgets",
    "postgresCredential",
    "postgresCredentials",
    "twoFactorMethod",
    "twoFactorMethods",
    "user",
    "users",
    "userWorkspace",
    "userWorkspaces",
    "workspace",
    "workspaces",
    "role",
    "roles",
    "userWorkspaceRole",
    "userWorkspaceRoles",
    "plan",
    "plans",
    "event",
    "events",
    "field",
    "fields",
    "link",
    "links",
    "currency",
    "currencies",
    "fullNames",
    "address",
    "addresses",
    "type",
    "types",
    "object",
    "objects",
    "index",
    "relation",
    "relations",
    "aggregate",
    /* What every table of PostgreSQL has, so that no column can be called so. */
    "tableoid",
    "ctid",
    "xmin",
    "xmax",
    "cmin",
    "cmax",
};

bool name_is_reserved(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(reserved); i++) {
        if (str_is(name, reserved[i])) {
            return true;
        }
    }
    return false;
}

bool name_is_path(struct str name)
{
    static const char *const words[] = {"batch", "restore", "metadata", "search", "webhooks", "apiKeys"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (str_is(name, words[i])) {
            return true;
        }
    }
    return false;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

struct str name_clean(struct arena *arena, struct str text)
{
    char *out = arena_bytes(arena, text.len + 1);
    size_t len = 0;
    bool gap = false;
    for (size_t i = 0; i < text.len; i++) {
        if (is_space(text.ptr[i])) {
            gap = true;
            continue;
        }
        if (gap && len > 0) {
            out[len++] = ' ';
        }
        gap = false;
        out[len++] = text.ptr[i];
    }
    return str_of(out, len);
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool well_formed(struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (!is_lower(c) && (i == 0 || (!is_upper(c) && !is_digit(c)))) {
            return false;
        }
    }
    return name.len > 0;
}

void name_check(struct report *report, struct report_entry *entry, const char *code, struct str name)
{
    struct str value = report_text(report, str_cut(name, 200));
    if (name.len == 0) {
        report_add(report, entry, code, value, "Name is too short");
    }
    if (name.len > NAME_MAX) {
        report_add(report, entry, code, value, "Name is too long");
    }
    if (!well_formed(name)) {
        report_add(report, entry, code, value,
                   "Name is not valid: it must start with lowercase letter and contain only alphanumeric letters");
    }
    if (name_is_reserved(name)) {
        report_add(report, entry, code, value,
                   "This name is reserved. Use a different name or the system will add \"Custom\" suffix.");
    }
}

struct str name_capital(struct arena *arena, struct str name)
{
    if (name.len == 0 || !is_lower(name.ptr[0])) {
        return name;
    }
    return arena_printf(arena, "%c%.*s", name.ptr[0] - 'a' + 'A', STR_ARG(str_slice(name, 1, name.len)));
}

/* ---- from labels ---- */

/* Latin letters with marks, U+00C0 to U+017F, as the letters that they are. What else is not ASCII separates words. */
enum { FOLD_FIRST = 0xC0, FOLD_COUNT = 0xC0 };
static const char folded[FOLD_COUNT][3] = {
    "A", "A", "A",  "A", "A", "A", "AE", "C",  "E", "E", "E",  "E",  "I", "I", "I",  "I",  "D", "N", "O",  "O",
    "O", "O", "O",  "",  "O", "U", "U",  "U",  "U", "Y", "TH", "ss", "a", "a", "a",  "a",  "a", "a", "ae", "c",
    "e", "e", "e",  "e", "i", "i", "i",  "i",  "d", "n", "o",  "o",  "o", "o", "o",  "",   "o", "u", "u",  "u",
    "u", "y", "th", "y", "A", "a", "A",  "a",  "A", "a", "C",  "c",  "C", "c", "C",  "c",  "C", "c", "D",  "d",
    "D", "d", "E",  "e", "E", "e", "E",  "e",  "E", "e", "E",  "e",  "G", "g", "G",  "g",  "G", "g", "G",  "g",
    "H", "h", "H",  "h", "I", "i", "I",  "i",  "I", "i", "I",  "i",  "I", "i", "IJ", "ij", "J", "j", "K",  "k",
    "k", "L", "l",  "L", "l", "L", "l",  "L",  "l", "L", "l",  "N",  "n", "N", "n",  "N",  "n", "n", "N",  "n",
    "O", "o", "O",  "o", "O", "o", "OE", "oe", "R", "r", "R",  "r",  "R", "r", "S",  "s",  "S", "s", "S",  "s",
    "S", "s", "T",  "t", "T", "t", "T",  "t",  "U", "u", "U",  "u",  "U", "u", "U",  "u",  "U", "u", "U",  "u",
    "W", "w", "Y",  "y", "Y", "Z", "z",  "Z",  "z", "Z", "z",  "s",
};

/* The label in ASCII; what is no letter and no digit is a space. */
static struct str to_ascii(struct arena *arena, struct str label)
{
    char *out = arena_bytes(arena, 2 * label.len + 1);
    size_t len = 0;
    for (size_t at = 0; at < label.len;) {
        uint32_t point = utf8_next(label, &at);
        if (point < 0x80) {
            char c = (char)point;
            out[len++] = (char)(is_lower(c) || is_upper(c) || is_digit(c) ? c : ' ');
        } else if (point >= FOLD_FIRST && point < FOLD_FIRST + FOLD_COUNT && folded[point - FOLD_FIRST][0] != '\0') {
            for (const char *c = folded[point - FOLD_FIRST]; *c != '\0'; c++) {
                out[len++] = *c;
            }
        } else {
            out[len++] = ' ';
        }
    }
    return str_of(out, len);
}

/* Where the word that begins at `from` ends, as lodash's camelCase cuts: "HTTPServer2go" is HTTP, Server, 2, go. */
static size_t word_end(struct str text, size_t from)
{
    size_t at = from + 1;
    if (is_digit(text.ptr[from])) {
        while (at < text.len && is_digit(text.ptr[at])) {
            at++;
        }
        return at;
    }
    if (is_upper(text.ptr[from])) {
        while (at < text.len && is_upper(text.ptr[at])) {
            at++;
        }
        /* The last capital belongs to the word behind it. */
        if (at < text.len && is_lower(text.ptr[at]) && at - from > 1) {
            return at - 1;
        }
    }
    while (at < text.len && is_lower(text.ptr[at])) {
        at++;
    }
    return at;
}

struct str name_from_label(struct arena *arena, struct str label)
{
    struct str text = to_ascii(arena, label);
    char *out = arena_bytes(arena, text.len + 8);
    size_t len = 0;
    for (size_t at = 0; at < text.len;) {
        if (text.ptr[at] == ' ') {
            at++;
            continue;
        }
        if (len == 0 && is_digit(text.ptr[at])) {
            out[len++] = 'n'; /* "n_", which camelCase then takes the underscore from */
        }
        size_t end = word_end(text, at);
        for (size_t i = at; i < end; i++) {
            char c = text.ptr[i];
            bool capital = i == at && len > 0;
            out[len++] = (char)(capital && is_lower(c) ? c - 'a' + 'A' : !capital && is_upper(c) ? c - 'A' + 'a' : c);
        }
        at = end;
    }
    struct str name = str_of(out, len);
    return name_is_reserved(name) ? arena_printf(arena, "%.*sCustom", STR_ARG(name)) : name;
}

struct str name_as_label(struct arena *arena, struct str name)
{
    struct strbuf out = {0};
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool capital = c >= 'A' && c <= 'Z';
        if (capital && i > 0) {
            strbuf_put_char(&out, ' ');
        }
        if (i == 0 && c >= 'a' && c <= 'z') {
            c = (char)(c - 'a' + 'A');
        } else if (capital && i > 0) {
            c = (char)(c - 'A' + 'a');
        }
        strbuf_put_char(&out, c);
    }
    struct str label = arena_copy(arena, strbuf_str(&out));
    strbuf_release(&out);
    return label;
}

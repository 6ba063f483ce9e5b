#include "gateway/metadata/report.h"
#include "common/text/json_write.h"
#include <stdarg.h>
#include <stdio.h>

static const struct kind_words {
    const char *name;     /* in "errors" and "summary" */
    const char *plural;   /* in GraphQL's message */
    const char *spoken;   /* in the headline */
    const char *speakers; /* several of them */
} kinds[REPORT_KIND_COUNT] = {
    [REPORT_FIELD] = {"fieldMetadata", "fieldMetadatas", "field", "fields"},
    [REPORT_OBJECT] = {"objectMetadata", "objectMetadatas", "object", "objects"},
    [REPORT_INDEX] = {"index", "indices", "index", "indices"},
    [REPORT_ROLE] = {"role", "roles", "role", "roles"},
    [REPORT_WEBHOOK] = {"webhook", "webhooks", "webhook", "webhooks"},
    [REPORT_VIEW] = {"view", "views", "view", "views"},
    [REPORT_VIEW_FIELD] = {"viewField", "viewFields", "view field", "view fields"},
    [REPORT_VIEW_FILTER] = {"viewFilter", "viewFilters", "view filter", "view filters"},
    [REPORT_VIEW_FILTER_GROUP] = {"viewFilterGroup", "viewFilterGroups", "view filter group", "view filter groups"},
    [REPORT_VIEW_SORT] = {"viewSort", "viewSorts", "view sort", "view sorts"},
    [REPORT_VIEW_GROUP] = {"viewGroup", "viewGroups", "view group", "view groups"},
    [REPORT_VIEW_FIELD_GROUP] = {"viewFieldGroup", "viewFieldGroups", "view field group", "view field groups"},
    [REPORT_PAGE_LAYOUT] = {"pageLayout", "pageLayouts", "page layout", "page layouts"},
    [REPORT_PAGE_LAYOUT_TAB] = {"pageLayoutTab", "pageLayoutTabs", "page layout tab", "page layout tabs"},
    [REPORT_PAGE_LAYOUT_WIDGET] = {"pageLayoutWidget", "pageLayoutWidgets", "page layout widget",
                                   "page layout widgets"},
};

static const char *const verbs[] = {
    [REPORT_CREATE] = "create",
    [REPORT_UPDATE] = "update",
    [REPORT_DELETE] = "delete",
};

/* ---- making one ---- */

struct report_entry *report_begin(struct report *report, enum report_kind kind, enum report_verb verb)
{
    struct report_entry *entry = ARENA_NEW(report->arena, struct report_entry);
    entry->kind = kind;
    entry->verb = verb;
    if (report->last == NULL) {
        report->first = entry;
    } else {
        report->last->next = entry;
    }
    report->last = entry;
    return entry;
}

void report_fact(struct report *report, struct report_entry *entry, const char *name, struct str text)
{
    if (entry->fact_count < REPORT_FACTS_MAX) {
        entry->facts[entry->fact_count++] = (struct report_fact){name, arena_copy(report->arena, text)};
    }
}

void report_fact_id(struct report *report, struct report_entry *entry, const char *name, const struct uuid *id)
{
    char text[UUID_TEXT_LEN];
    uuid_print(id, text);
    report_fact(report, entry, name, str_of(text, sizeof text));
}

bool report_add(struct report *report, struct report_entry *entry, const char *code, struct str value,
                const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    struct str message = str_of(text, length < 0 ? 0 : (size_t)length);
    struct report_error *error = ARENA_NEW(report->arena, struct report_error);
    error->code = code;
    error->message = arena_copy(report->arena, str_cut(message, sizeof text - 1));
    error->value = arena_copy(report->arena, value);
    struct report_error **last = &entry->errors;
    while (*last != NULL) {
        last = &(*last)->next;
    }
    *last = error;
    report->entry_count += entry->error_count == 0 ? 1 : 0;
    entry->error_count++;
    return false;
}

struct str report_text(struct report *report, struct str text)
{
    struct strbuf out = {0};
    json_put_string(&out, text);
    struct str json = arena_copy(report->arena, strbuf_str(&out));
    strbuf_release(&out);
    return json;
}

/* ---- printing it ---- */

static void put_member(struct strbuf *out, const char *name, struct str text)
{
    strbuf_printf(out, "\"%s\":", name);
    json_put_string(out, text);
}

static void put_error(struct strbuf *out, const struct report_error *error)
{
    strbuf_put_char(out, '{');
    put_member(out, "code", str_from(error->code));
    strbuf_put_char(out, ',');
    put_member(out, "message", error->message);
    strbuf_put_char(out, ',');
    put_member(out, "userFriendlyMessage", error->message);
    if (error->value.len > 0) {
        strbuf_puts(out, ",\"value\":");
        strbuf_put(out, error->value);
    }
    strbuf_put_char(out, '}');
}

static void put_entry(struct strbuf *out, const struct report_entry *entry)
{
    strbuf_printf(out,
                  "{\"type\":\"%s\",\"metadataName\":\"%s\",\"status\":\"fail\",\"flatEntityMinimalInformation\":{",
                  verbs[entry->verb], kinds[entry->kind].name);
    for (size_t i = 0; i < entry->fact_count; i++) {
        strbuf_puts(out, i > 0 ? "," : "");
        put_member(out, entry->facts[i].name, entry->facts[i].text);
    }
    strbuf_puts(out, "},\"errors\":[");
    for (const struct report_error *error = entry->errors; error != NULL; error = error->next) {
        put_error(out, error);
        strbuf_puts(out, error->next != NULL ? "," : "");
    }
    strbuf_puts(out, "]}");
}

static size_t count_of(const struct report *report, enum report_kind kind)
{
    size_t count = 0;
    for (const struct report_entry *entry = report->first; entry != NULL; entry = entry->next) {
        count += entry->kind == kind && entry->error_count > 0 ? 1 : 0;
    }
    return count;
}

/* "errors":{…},"summary":{…},"userFriendlyMessage":"…" */
static void put_findings(struct strbuf *out, const struct report *report)
{
    const char *comma = "";
    strbuf_puts(out, "\"errors\":{");
    for (size_t kind = 0; kind < REPORT_KIND_COUNT; kind++) {
        if (count_of(report, (enum report_kind)kind) == 0) {
            continue;
        }
        strbuf_printf(out, "%s\"%s\":[", comma, kinds[kind].name);
        comma = "";
        for (const struct report_entry *entry = report->first; entry != NULL; entry = entry->next) {
            if (entry->kind == (enum report_kind)kind && entry->error_count > 0) {
                strbuf_puts(out, comma);
                put_entry(out, entry);
                comma = ",";
            }
        }
        strbuf_put_char(out, ']');
        comma = ",";
    }
    strbuf_printf(out, "},\"summary\":{\"totalErrors\":%zu", report->entry_count);
    for (size_t kind = 0; kind < REPORT_KIND_COUNT; kind++) {
        size_t count = count_of(report, (enum report_kind)kind);
        if (count > 0) {
            strbuf_printf(out, ",\"%s\":%zu", kinds[kind].name, count);
        }
    }
    strbuf_puts(out, "},");
    const struct report_entry *only = report->first;
    while (only != NULL && only->error_count == 0) {
        only = only->next;
    }
    put_member(out, "userFriendlyMessage",
               report->entry_count > 1 || only == NULL ? STR("Many validation errors") : only->errors->message);
}

void report_put_headline(struct strbuf *out, const struct report *report)
{
    static const char *const doing[] = {
        [REPORT_CREATE] = "creating",
        [REPORT_UPDATE] = "updating",
        [REPORT_DELETE] = "deleting",
    };
    const struct report_entry *entry = report->first;
    while (entry != NULL && entry->error_count == 0) {
        entry = entry->next;
    }
    if (entry == NULL) {
        return;
    }
    bool several = count_of(report, entry->kind) > 1;
    strbuf_printf(out, "Multiple validation errors occurred while %s %s", doing[entry->verb],
                  several ? kinds[entry->kind].speakers : kinds[entry->kind].spoken);
}

void report_put_rest(struct strbuf *out, const struct report *report)
{
    strbuf_puts(out, "{\"statusCode\":400,\"error\":\"METADATA_VALIDATION_ERROR\",\"message\":\"");
    report_put_headline(out, report);
    strbuf_puts(out, "\",");
    put_findings(out, report);
    strbuf_put_char(out, '}');
}

void report_put_graphql(struct strbuf *out, const struct report *report, struct str path)
{
    strbuf_puts(out, "{\"message\":\"");
    report_put_headline(out, report);
    strbuf_puts(out, "\",");
    if (path.len > 0) {
        strbuf_puts(out, "\"path\":");
        strbuf_put(out, path);
        strbuf_put_char(out, ',');
    }
    strbuf_puts(out, "\"extensions\":{\"code\":\"METADATA_VALIDATION_FAILED\",\"message\":\"Validation failed for ");
    const char *comma = "";
    for (size_t kind = 0; kind < REPORT_KIND_COUNT; kind++) {
        size_t count = count_of(report, (enum report_kind)kind);
        if (count > 0) {
            strbuf_printf(out, "%s%zu %s", comma, count, count > 1 ? kinds[kind].plural : kinds[kind].name);
            comma = ", ";
        }
    }
    strbuf_puts(out, "\",");
    put_findings(out, report);
    strbuf_puts(out, "}}");
}

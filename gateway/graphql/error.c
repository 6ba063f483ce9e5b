#include "gateway/graphql/error.h"

#include "common/text/json_write.h"
#include "common/text/utf8.h"
#include <stdarg.h>

#define MESSAGE_MAX 4000

struct gql_location gql_location_at(struct str source, size_t offset)
{
    struct gql_location location = {1, 1};
    size_t at = 0;
    while (at < offset && at < source.len) {
        uint32_t point = utf8_next(source, &at);
        if (point == '\r' && at < source.len && source.ptr[at] == '\n') {
            /* The LF behind it ends the line. A place inside of CR LF is on the line before. */
            location.column++;
        } else if (point == '\n' || point == '\r') {
            location = (struct gql_location){location.line + 1, 1};
        } else {
            location.column += point > 0xFFFF && point != UINT32_MAX ? 2 : 1;
        }
    }
    return location;
}

static void append(struct gql_errors *errors, struct gql_error *error)
{
    if (errors->last == NULL) {
        errors->first = error;
    } else {
        errors->last->next = error;
    }
    errors->last = error;
    errors->count++;
}

void gql_error_add(struct gql_errors *errors, enum gql_error_kind kind, const char *rule, const uint32_t *offsets,
                   size_t count, const char *format, ...)
{
    if (gql_errors_full(errors)) {
        return;
    }
    struct gql_error *error = ARENA_NEW(errors->arena, struct gql_error);
    if (errors->count == GQL_ERRORS_MAX) {
        error->kind = GQL_ERROR_LIMIT;
        error->rule = "MaxErrors";
        error->message = STR("Too many validation errors, error limit reached. Validation aborted.");
        append(errors, error);
        return;
    }
    struct strbuf message = {.ceiling = MESSAGE_MAX};
    va_list args;
    va_start(args, format);
    strbuf_vprintf(&message, format, args);
    va_end(args);
    struct gql_location *locations = ARENA_ARRAY(errors->arena, struct gql_location, count);
    for (size_t i = 0; i < count; i++) {
        locations[i] = gql_location_at(errors->source, offsets[i]);
    }
    error->kind = kind;
    error->rule = rule;
    /* A name of thousands of letters is cut; the ceiling may have cut inside of a character. */
    error->message = arena_copy(errors->arena, str_cut(strbuf_str(&message), MESSAGE_MAX - 8));
    error->locations = locations;
    error->location_count = count;
    append(errors, error);
    strbuf_release(&message);
}

const char *gql_error_code(enum gql_error_kind kind)
{
    switch (kind) {
    case GQL_ERROR_SYNTAX: return "GRAPHQL_PARSE_FAILED";
    case GQL_ERROR_VALIDATION: return "GRAPHQL_VALIDATION_FAILED";
    case GQL_ERROR_LIMIT:
    case GQL_ERROR_OPERATION:
    case GQL_ERROR_VARIABLES:
    case GQL_ERROR_FIELD: break;
    }
    return "BAD_USER_INPUT";
}

void gql_error_put_json(struct strbuf *out, const struct gql_error *error, struct str path)
{
    strbuf_puts(out, "{\"message\":");
    json_put_string(out, error->message);
    for (size_t i = 0; i < error->location_count; i++) {
        strbuf_printf(out, "%s{\"line\":%u,\"column\":%u}", i == 0 ? ",\"locations\":[" : ",", error->locations[i].line,
                      error->locations[i].column);
    }
    strbuf_puts(out, error->location_count > 0 ? "]" : "");
    if (path.len > 0) {
        strbuf_puts(out, ",\"path\":");
        strbuf_put(out, path);
    }
    strbuf_printf(out, ",\"extensions\":{\"code\":\"%s\"}}", gql_error_code(error->kind));
}

/* Envelopes and error bodies (contract 1.4 and 3). */
#include "gateway/rest/rest.h"

#include "common/text/json_write.h"
#include "gateway/plan/cursor.h"

static void put_capitalised(struct strbuf *out, struct str name)
{
    char first = name.ptr[0];
    strbuf_put_char(out, first >= 'a' && first <= 'z' ? (char)(first - 32) : first);
    strbuf_put(out, str_slice(name, 1, name.len));
}

void rest_put_data_begin(struct strbuf *out, const struct plan *plan)
{
    static const char *const verbs[PLAN_KIND_COUNT] = {
        [PLAN_CREATE] = "create",      [PLAN_UPSERT] = "create",   [PLAN_MERGE] = "merge",    [PLAN_UPDATE] = "update",
        [PLAN_SOFT_DELETE] = "delete", [PLAN_RESTORE] = "restore", [PLAN_DESTROY] = "delete",
    };
    bool many = plan->kind == PLAN_READ_MANY || plan->batch;
    struct str name = many ? plan->object->name_plural : plan->object->name_singular;
    strbuf_put(out, STR("{\"data\":{\""));
    if (verbs[plan->kind] == NULL) {
        strbuf_put(out, name);
    } else {
        strbuf_puts(out, verbs[plan->kind]);
        put_capitalised(out, name);
    }
    strbuf_put(out, STR("\":"));
}

void rest_put_data_end(struct strbuf *out, const struct rest_cut *cuts, size_t cut_count)
{
    strbuf_put(out, STR("}"));
    rest_put_cuts(out, cuts, cut_count);
    strbuf_put(out, STR("}"));
}

static void put_bool(struct strbuf *out, bool value)
{
    strbuf_put(out, value ? STR("true") : STR("false"));
}

static void put_cursor_or_null(struct strbuf *out, struct arena *arena, const struct plan *plan,
                               const struct value *values)
{
    if (values == NULL) {
        strbuf_put(out, STR("null"));
        return;
    }
    strbuf_put_char(out, '"');
    cursor_put(out, arena, plan->order, plan->order_count, values);
    strbuf_put_char(out, '"');
}

void rest_put_cuts(struct strbuf *out, const struct rest_cut *cuts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        strbuf_put(out, i == 0 ? STR(",\"truncated\":[{\"id\":\"") : STR(",{\"id\":\""));
        uuid_put(out, &cuts[i].record);
        strbuf_printf(out, "\",\"relation\":\"%.*s\",\"returned\":%zu,\"totalCount\":%lld}",
                      STR_ARG(cuts[i].relation->name), cuts[i].returned, (long long)cuts[i].total);
    }
    if (count > 0) {
        strbuf_put_char(out, ']');
    }
}

static void put_page_info(struct strbuf *out, struct arena *arena, const struct plan *plan,
                          const struct rest_page_info *page)
{
    if (page->total >= 0) {
        strbuf_put(out, STR(",\"totalCount\":"));
        strbuf_put_int(out, page->total);
    }
    if (page->estimated) {
        strbuf_put(out, STR(",\"totalCountIsEstimate\":true"));
    }
    strbuf_put(out, STR(",\"pageInfo\":{\"hasNextPage\":"));
    put_bool(out, page->has_next);
    strbuf_put(out, STR(",\"hasPreviousPage\":"));
    put_bool(out, page->has_previous);
    strbuf_put(out, STR(",\"startCursor\":"));
    put_cursor_or_null(out, arena, plan, page->first);
    strbuf_put(out, STR(",\"endCursor\":"));
    put_cursor_or_null(out, arena, plan, page->last);
    strbuf_put(out, STR("}"));
}

void rest_put_page_end(struct strbuf *out, struct arena *arena, const struct plan *plan,
                       const struct rest_page_info *page)
{
    strbuf_put(out, STR("}"));
    put_page_info(out, arena, plan, page);
    rest_put_cuts(out, page->cuts, page->cut_count);
    strbuf_put(out, STR("}"));
}

void rest_put_duplicates_begin(struct strbuf *out)
{
    strbuf_put(out, STR("{\"data\":["));
}

void rest_put_duplicates_end(struct strbuf *out, const struct rest_cut *cuts, size_t cut_count)
{
    strbuf_put(out, STR("]"));
    rest_put_cuts(out, cuts, cut_count);
    strbuf_put(out, STR("}"));
}

void rest_put_duplicate_begin(struct strbuf *out, const struct plan *plan)
{
    strbuf_put(out, STR("{\""));
    strbuf_put(out, plan->object->name_singular);
    strbuf_put(out, STR("Duplicates\":"));
}

void rest_put_duplicate_end(struct strbuf *out, struct arena *arena, const struct plan *plan,
                            const struct rest_page_info *page)
{
    put_page_info(out, arena, plan, page);
    strbuf_put(out, STR("}"));
}

int rest_success_status(const struct plan *plan)
{
    return plan->kind == PLAN_CREATE || plan->kind == PLAN_UPSERT ? 201 : 200;
}

struct status_name {
    int status;
    const char *exception;
    const char *title;
};

static const struct status_name status_names[] = {
    {400, "BadRequestException", "Bad Request"},
    {401, "UnauthorizedException", "Unauthorized"},
    {402, "PaymentRequiredException", "Payment Required"},
    {403, "ForbiddenException", "Forbidden"},
    {404, "NotFoundException", "Not Found"},
    {405, "MethodNotAllowedException", "Method Not Allowed"},
    {409, "ConflictException", "Conflict"},
    {410, "GoneException", "Gone"},
    {412, "PreconditionFailedException", "Precondition Failed"},
    {413, "PayloadTooLargeException", "Content Too Large"},
    {415, "UnsupportedMediaTypeException", "Unsupported Media Type"},
    {416, "RequestedRangeNotSatisfiableException", "Range Not Satisfiable"},
    {422, "UnprocessableEntityException", "Unprocessable Content"},
    {429, "TooManyRequestsException", "Too Many Requests"},
    {500, "InternalServerErrorException", "Internal Server Error"},
    {501, "NotImplementedException", "Not Implemented"},
    {502, "BadGatewayException", "Bad Gateway"},
    {503, "ServiceUnavailableException", "Service Unavailable"},
    {504, "GatewayTimeoutException", "Gateway Timeout"},
};

static const struct status_name *status_name(int status)
{
    for (size_t i = 0; i < ARRAY_LEN(status_names); i++) {
        if (status_names[i].status == status) {
            return &status_names[i];
        }
    }
    return status_name(status >= 500 ? 500 : 400);
}

const char *rest_exception_name(int status)
{
    return status_name(status)->exception;
}

int rest_error_status(const struct err *err)
{
    static const int statuses[ERR_CODE_COUNT] = {
        [ERR_NONE] = 500,        [ERR_INVALID] = 400,     [ERR_UNAUTHENTICATED] = 401, [ERR_FORBIDDEN] = 403,
        [ERR_NOT_FOUND] = 404,   [ERR_CONFLICT] = 400,    [ERR_TOO_LARGE] = 413,       [ERR_LIMITED] = 429,
        [ERR_UNSUPPORTED] = 501, [ERR_UNAVAILABLE] = 503, [ERR_TIMEOUT] = 504,         [ERR_INTERNAL] = 500,
    };
    return statuses[err->code];
}

/* Authentication failures put the code where the exception's name stands otherwise (contract 3.5). */
static bool is_auth_tag(const char *tag)
{
    return strcmp(tag, "FORBIDDEN_EXCEPTION") == 0 || strcmp(tag, "UNAUTHENTICATED") == 0;
}

void rest_put_error(struct strbuf *out, int status, const struct err *err)
{
    bool auth = err->tag != NULL && is_auth_tag(err->tag);
    strbuf_printf(out, "{\"statusCode\":%d,\"error\":\"%s\",\"messages\":[", status,
                  auth ? err->tag : rest_exception_name(status));
    json_put_string(out, err_str(err));
    strbuf_put_char(out, ']');
    if (err->tag != NULL && !auth) {
        strbuf_puts(out, ",\"code\":");
        json_put_string(out, str_from(err->tag));
    }
    strbuf_put_char(out, '}');
}

/* "about:blank": the status says what kind it is, `code` says it more closely. */
void rest_put_problem(struct strbuf *out, int status, const struct err *err, struct str request_id)
{
    strbuf_printf(out,
                  "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":", status_name(status)->title,
                  status);
    json_put_string(out, err_str(err));
    if (err->tag != NULL) {
        strbuf_puts(out, ",\"code\":");
        json_put_string(out, str_from(err->tag));
    }
    strbuf_puts(out, ",\"requestId\":");
    json_put_string(out, request_id);
    strbuf_put_char(out, '}');
}

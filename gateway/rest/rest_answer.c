/* Statuses and error bodies (contract 3). */
#include "gateway/rest/rest.h"

#include "common/text/json_write.h"

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
    if (err->tag != NULL && strcmp(err->tag, "PRECONDITION_FAILED") == 0) {
        return 412;
    }
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

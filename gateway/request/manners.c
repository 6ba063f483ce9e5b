/*
 * What an answer wears when it goes out: its entity tag, compression, its times; and what a request may ask for beside
 * its question: Prefer, If-Match, problem+json.
 */
#include "common/base/hash.h"
#include "common/http/http_list.h"
#include "gateway/request/request_private.h"
#include "gateway/rest/rest_tag.h"

bool request_prefers(const struct request *request, struct str preference)
{
    struct str list = http_header_get(&request->exchange->request, "prefer");
    return http_list_weight(list, preference) >= 0;
}

bool request_wants_problem(const struct request *request)
{
    struct str accept = http_header_get(&request->exchange->request, "accept");
    return accept.len > 0 && http_list_prefers(accept, STR("application/problem+json"), STR("application/json"));
}

/* ---- entity tags ---- */

bool request_if_match(void *context, uint64_t version)
{
    const struct request *request = context;
    struct str wanted = http_header_get(&request->exchange->request, "if-match");
    return wanted.ptr == NULL || rest_tag_has_version(wanted, version);
}

static bool is_reading(const struct request *request)
{
    enum http_method method = request->exchange->request.method;
    return request->operation.plan.object != NULL && (method == HTTP_GET || method == HTTP_HEAD);
}

/* The status: 304 when the client has these bytes already. */
static int add_tag(struct request *request, int status, bool compressed)
{
    struct strbuf *body = &request->exchange->body;
    if (status != 200 || !is_reading(request)) {
        return status;
    }
    struct str tag = rest_tag(request->arena, request->version, hash_bytes(0, strbuf_str(body)));
    /* The compressed bytes are others with the same meaning. */
    request_add_header(request, "ETag", compressed ? arena_printf(request->arena, "W/%.*s", STR_ARG(tag)) : tag);
    if (!rest_tag_listed(http_header_get(&request->exchange->request, "if-none-match"), tag)) {
        return status;
    }
    strbuf_clear(body);
    return 304;
}

/* ---- compression ---- */

bool request_accepts_gzip(const struct request *request)
{
    struct str accepted = http_header_get(&request->exchange->request, "accept-encoding");
    int weight = http_list_weight(accepted, STR("gzip"));
    return weight > 0 || (weight < 0 && http_list_weight(accepted, STR("*")) > 0);
}

/* Would it be compressed? Answers that could be say so in Vary, whoever asks. */
static bool choose_encoding(struct request *request)
{
    const struct request_settings *settings = request->worker->settings;
    if (!settings->compression || request->exchange->body.len < settings->compress_min ||
        request->exchange->body.len == 0) {
        return false;
    }
    request_add_header(request, "Vary", STR("Accept-Encoding"));
    return request_accepts_gzip(request);
}

static void compress(struct request *request)
{
    struct request_worker *worker = request->worker;
    struct strbuf *body = &request->exchange->body;
    struct strbuf packed = {0};
    if (worker->zip == NULL) {
        worker->zip = zip_new();
    }
    if (zip_put(worker->zip, &packed, strbuf_str(body))) {
        strbuf_clear(body);
        strbuf_put(body, strbuf_str(&packed));
        request_add_header(request, "Content-Encoding", STR("gzip"));
    }
    strbuf_release(&packed);
}

/* ---- time ---- */

void request_note_job(struct request *request, const struct pg_job *job)
{
    if (job->done_us == 0) {
        return;
    }
    int64_t sent_us = job->sent_us == 0 ? job->done_us : job->sent_us;
    request->queued_us += sent_us - job->submitted_us;
    request->database_us += job->done_us - sent_us;
}

static bool wants_timing(const struct request *request)
{
    struct str rest = request->exchange->request.query;
    struct str part;
    while (rest.len > 0 && str_split(&rest, '&', &part)) {
        if (str_is(part, "timing=true")) {
            return true;
        }
    }
    return request_prefers(request, STR("timing"));
}

static void add_timing(struct request *request)
{
    if (!wants_timing(request)) {
        return;
    }
    request_note_job(request, &request->job);
    double total_us = (double)(clock_mono_us() - request->started_us);
    request_add_header(request, "Server-Timing",
                       arena_printf(request->arena, "queue;dur=%.3f, db;dur=%.3f, total;dur=%.3f",
                                    (double)request->queued_us / 1000, (double)request->database_us / 1000,
                                    total_us / 1000));
}

void request_send(struct request *request, int status)
{
    struct http_exchange *exchange = request->exchange;
    bool compressed = choose_encoding(request);
    status = add_tag(request, status, compressed);
    if (compressed && status != 304) {
        compress(request);
    }
    add_timing(request);
    request_add_header(request, "X-Request-Id", request->id);
    request_observe(request, status, exchange->body.len);
    struct str type = request->content_type.len > 0 ? request->content_type : STR("application/json; charset=utf-8");
    struct http_reply reply = {
        .status = status,
        .content_type = exchange->body.len == 0 ? STR_EMPTY : type,
        .headers = request->headers,
        .header_count = request->header_count,
    };
    request_release(request);
    http_reply(exchange, &reply);
}

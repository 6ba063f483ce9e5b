/*
 * GET /rest/open-api/core and /rest/open-api/metadata. A document is made once a model version, when it is first asked
 * for: piece by piece, a few a turn, so that a thousand objects do not hold up the worker's other requests. It is kept
 * compressed (a twentieth); who takes no gzip gets it made anew, in a stream. Who asks while it is made waits for it.
 */
#include "gateway/docs/docs.h"

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "gateway/request/request_private.h"
#include "gateway/rest/rest_tag.h"
#include <stdlib.h>

/* Of text a turn: some hundred microseconds, compression and all. */
enum { TURN_BYTES = 64 * 1024 };

struct waiter {
    struct request *request;
    struct waiter *next;
};

/* One document of one model version, being made or made. */
struct document {
    struct document *next;
    struct docs *docs;
    const struct source *source;
    struct model *model; /* pinned while it is made; NULL afterwards */
    int64_t version;
    size_t piece; /* the next one */
    struct zip *zip;
    struct strbuf text; /* of the turn */
    struct strbuf packed;
    uint64_t hash;
    struct waiter *waiters;
};

struct docs {
    struct request_worker *worker;
    struct document *documents;
};

/* Where a document's text comes from. */
struct source {
    const char *name;
    bool of_model; /* another one for each model version, and for valid keys only */
    size_t (*pieces)(const struct catalogue *catalogue);
    void (*put)(struct strbuf *out, const struct catalogue *catalogue, const struct docs_settings *settings,
                size_t piece);
};

static size_t one_piece(const struct catalogue *catalogue)
{
    (void)catalogue;
    return 1;
}

static void put_base(struct strbuf *out, const struct catalogue *catalogue, const struct docs_settings *settings,
                     size_t piece)
{
    (void)catalogue;
    (void)piece;
    docs_put_base(out, settings);
}

static void put_metadata(struct strbuf *out, const struct catalogue *catalogue, const struct docs_settings *settings,
                         size_t piece)
{
    (void)catalogue;
    (void)settings;
    (void)piece;
    docs_put_metadata(out);
}

static const struct source metadata = {"metadata", false, one_piece, put_metadata};
static const struct source core = {"core", true, docs_core_pieces, docs_put_core_piece};
static const struct source base = {"core", false, one_piece, put_base};

static struct docs_settings settings_of(const struct request_worker *worker)
{
    return (struct docs_settings){.limits = worker->settings->limits, .max_mutation = worker->executor.max_mutation};
}

/* ---- answering ---- */

static bool has_it(const struct request *request, struct str tag)
{
    return rest_tag_listed(http_header_get(&request->exchange->request, "if-none-match"), tag);
}

static void finish(struct request *request, int status)
{
    struct http_exchange *exchange = request->exchange;
    request_observe(request, status, exchange->body.len);
    struct http_reply reply = {.status = status,
                               .content_type =
                                   exchange->body.len == 0 ? STR_EMPTY : STR("application/json; charset=utf-8"),
                               .headers = request->headers,
                               .header_count = request->header_count};
    request_release(request);
    http_reply(exchange, &reply);
}

/* The document once more, for who does not take it compressed. */
struct stream {
    struct request *request;
    const struct source *source;
    size_t piece;
    size_t bytes;
};

static void stream_on_turn(void *context);

static void stream_end(struct stream *stream)
{
    struct http_exchange *exchange = stream->request->exchange;
    request_observe(stream->request, 200, stream->bytes);
    request_release(stream->request);
    http_stream_end(exchange);
}

static void stream_on_room(struct http_exchange *exchange)
{
    stream_on_turn(exchange->user);
}

static void stream_on_turn(void *context)
{
    struct stream *stream = context;
    struct request *request = stream->request;
    struct http_exchange *exchange = request->exchange;
    const struct catalogue *catalogue = request->model->catalogue;
    struct docs_settings settings = settings_of(request->worker);
    size_t count = stream->source->pieces(catalogue);
    while (stream->piece < count && exchange->body.len < TURN_BYTES && !exchange->gone) {
        stream->source->put(&exchange->body, catalogue, &settings, stream->piece++);
    }
    stream->bytes += exchange->body.len;
    if (stream->piece == count || exchange->gone) {
        stream_end(stream);
        return;
    }
    http_stream_send(exchange);
    if (http_stream_room(exchange, stream_on_room)) {
        loop_post(request->worker->executor.loop, stream_on_turn, stream);
    }
}

static void stream_begin(struct request *request, const struct source *source)
{
    struct stream *stream = ARENA_NEW(request->arena, struct stream);
    *stream = (struct stream){.request = request, .source = source};
    request->exchange->user = stream;
    struct http_reply reply = {.status = 200,
                               .content_type = STR("application/json; charset=utf-8"),
                               .headers = request->headers,
                               .header_count = request->header_count};
    http_stream_begin(request->exchange, &reply);
    if (request->exchange->request.method == HTTP_HEAD) {
        stream_end(stream);
    } else {
        stream_on_turn(stream);
    }
}

static void answer(struct request *request, const struct document *document)
{
    /* Weak, since both encodings have the same. */
    struct str tag = rest_tag(request->arena, 0, document->hash);
    struct strbuf *body = &request->exchange->body;
    request_add_header(request, "ETag", arena_printf(request->arena, "W/%.*s", STR_ARG(tag)));
    request_add_header(request, "Cache-Control", STR("private, no-cache"));
    request_add_header(request, "Vary", STR("Accept-Encoding, Authorization"));
    request_add_header(request, "X-Request-Id", request->id);
    body->ceiling = 0;
    if (has_it(request, tag)) {
        finish(request, 304);
    } else if (request->worker->settings->compression && request_accepts_gzip(request)) {
        request_add_header(request, "Content-Encoding", STR("gzip"));
        strbuf_put(body, strbuf_str(&document->packed));
        finish(request, 200);
    } else {
        stream_begin(request, document->source);
    }
}

/* ---- making ---- */

/* Not its packed text, which is what is kept. */
static void release_tools(struct document *document)
{
    zip_free(document->zip);
    document->zip = NULL;
    strbuf_release(&document->text);
    model_unref(document->model);
    document->model = NULL;
}

/* Without a word in the log, whose timer has gone by now. */
static void turn_away(struct document *document)
{
    while (document->waiters != NULL) {
        struct waiter *waiter = document->waiters;
        struct http_exchange *exchange = waiter->request->exchange;
        document->waiters = waiter->next;
        request_release(waiter->request);
        http_reply(exchange, &(struct http_reply){.status = 503, .close = true});
        free(waiter);
    }
}

static void document_free(struct document *document)
{
    release_tools(document);
    strbuf_release(&document->packed);
    turn_away(document);
    free(document);
}

/* Of each source the newest made one is kept, and what is being made. */
static void drop_older(struct docs *docs, const struct document *made)
{
    for (struct document **at = &docs->documents; *at != NULL;) {
        struct document *other = *at;
        if (other != made && other->source == made->source && other->zip == NULL && other->version <= made->version) {
            *at = other->next;
            document_free(other);
        } else {
            at = &other->next;
        }
    }
}

static void answer_waiters(struct document *document)
{
    while (document->waiters != NULL) {
        struct waiter *waiter = document->waiters;
        document->waiters = waiter->next;
        answer(waiter->request, document);
        free(waiter);
    }
}

static void document_on_turn(void *context)
{
    struct document *document = context;
    struct docs_settings settings = settings_of(document->docs->worker);
    const struct catalogue *catalogue = document->model->catalogue;
    size_t count = document->source->pieces(catalogue);
    strbuf_clear(&document->text);
    while (document->piece < count && document->text.len < TURN_BYTES) {
        document->source->put(&document->text, catalogue, &settings, document->piece++);
    }
    bool last = document->piece == count;
    document->hash = hash_bytes(document->hash, strbuf_str(&document->text));
    zip_put_piece(document->zip, &document->packed, strbuf_str(&document->text), last);
    if (!last) {
        loop_post(document->docs->worker->executor.loop, document_on_turn, document);
        return;
    }
    release_tools(document);
    answer_waiters(document);
    drop_older(document->docs, document);
}

static struct document *document_new(struct docs *docs, const struct source *source, struct model *model)
{
    struct document *document = xcalloc(1, sizeof *document);
    document->docs = docs;
    document->source = source;
    document->model = model_ref(model);
    document->version = source->of_model ? model->catalogue->version : 0;
    document->zip = zip_new();
    document->hash = 1;
    zip_begin(document->zip);
    document->next = docs->documents;
    docs->documents = document;
    loop_post(docs->worker->executor.loop, document_on_turn, document);
    return document;
}

static struct document *find(struct docs *docs, const struct source *source, const struct model *model)
{
    int64_t version = source->of_model ? model->catalogue->version : 0;
    struct document *document = docs->documents;
    while (document != NULL && (document->source != source || document->version != version)) {
        document = document->next;
    }
    return document;
}

static void wait_for(struct document *document, struct request *request)
{
    struct waiter *waiter = xcalloc(1, sizeof *waiter);
    *waiter = (struct waiter){request, document->waiters};
    document->waiters = waiter;
}

void handle_docs(struct request *request, struct str name, bool known)
{
    struct request_worker *worker = request->worker;
    const struct source *of_records = known ? &core : &base;
    const struct source *source = str_is(name, core.name) ? of_records : str_is(name, metadata.name) ? &metadata : NULL;
    if (source == NULL) {
        struct err err;
        err_fail_tag(&err, ERR_NOT_FOUND, "NOT_FOUND",
                     "There is no such document. There are /rest/open-api/core and /rest/open-api/metadata");
        request_fail(request, &err);
        return;
    }
    if (worker->docs == NULL) {
        worker->docs = xcalloc(1, sizeof *worker->docs);
        worker->docs->worker = worker;
    }
    struct document *document = find(worker->docs, source, request->model);
    if (document == NULL) {
        document = document_new(worker->docs, source, request->model);
    }
    if (document->zip == NULL) {
        answer(request, document);
    } else {
        wait_for(document, request);
    }
}

void docs_free(struct docs *docs)
{
    if (docs == NULL) {
        return;
    }
    while (docs->documents != NULL) {
        struct document *document = docs->documents;
        docs->documents = document->next;
        document_free(document);
    }
    free(docs);
}

/*
 * /rest/metadata/objects and /rest/metadata/fields (contract: metadata sections 1, 3 and 4). Reads come from the
 * catalogue that the request holds; writes are operations for gateway/remodel, which answers when all workers have the
 * new model.
 */
#include "gateway/metadata/page.h"
#include "gateway/metadata/show.h"
#include "gateway/remodel/remodel.h"
#include "gateway/request/request_private.h"
#include <stdlib.h>

static const struct json_limits body_limits = {.max_depth = 32, .max_nodes = 50000};

struct call {
    struct request *request;
    enum model_kind kind;
    struct model_op op;
    struct remodel_job job;
};

/* ---- envelopes ---- */

/* {"data":{"<name>": … }}, or nothing around it where the operator wants the newer form. */
static void open_envelope(struct request *request, const char *verb, enum model_kind kind)
{
    if (request->worker->settings->bare_metadata) {
        return;
    }
    struct strbuf *body = &request->exchange->body;
    if (verb == NULL) {
        strbuf_printf(body, "{\"data\":{\"%s\":", kind == MODEL_OBJECT ? "object" : "field");
    } else {
        strbuf_printf(body, "{\"data\":{\"%sOne%s\":", verb, kind == MODEL_OBJECT ? "Object" : "Field");
    }
}

static void close_envelope(struct request *request)
{
    strbuf_puts(&request->exchange->body, request->worker->settings->bare_metadata ? "" : "}}");
}

static void put_one(struct request *request, const struct catalogue *catalogue, enum model_kind kind,
                    const struct uuid *id, bool whole)
{
    if (kind == MODEL_OBJECT) {
        show_object(&request->exchange->body, catalogue, catalogue_object(catalogue, id), whole);
    } else {
        show_field(&request->exchange->body, catalogue, catalogue_field(catalogue, id));
    }
}

/* ---- reads ---- */

static void not_found(struct request *request, enum model_kind kind)
{
    struct err err;
    err_fail_tag(&err, ERR_NOT_FOUND, kind == MODEL_OBJECT ? "OBJECT_METADATA_NOT_FOUND" : "FIELD_METADATA_NOT_FOUND",
                 kind == MODEL_OBJECT ? "Object not found" : "Field not found");
    request_fail(request, &err);
}

static int descending(const void *a, const void *b)
{
    return uuid_cmp(b, a);
}

static struct uuid *sorted_ids(struct request *request, enum model_kind kind, size_t *count)
{
    const struct catalogue *catalogue = request->model->catalogue;
    *count = kind == MODEL_OBJECT ? catalogue->object_count : catalogue->field_count;
    struct uuid *ids = ARENA_ARRAY(request->arena, struct uuid, *count + 1);
    for (size_t i = 0; i < *count; i++) {
        ids[i] = kind == MODEL_OBJECT ? catalogue->objects[i].id : catalogue->fields[i].id;
    }
    qsort(ids, *count, sizeof *ids, descending);
    return ids;
}

static void list(struct request *request, enum model_kind kind)
{
    struct page_params params;
    struct err err;
    size_t count;
    if (!page_params_read(request->arena, request->exchange->request.query, &params, &err)) {
        request_fail(request, &err);
        return;
    }
    const struct uuid *ids = sorted_ids(request, kind, &count);
    struct page page = page_of(&params, ids, count);
    struct strbuf *body = &request->exchange->body;
    bool bare = request->worker->settings->bare_metadata;
    const char *key = kind == MODEL_OBJECT ? "objects" : "fields";
    strbuf_printf(body, bare ? "{\"data\":[" : "{\"data\":{\"%s\":[", key);
    for (size_t i = page.from; i < page.to; i++) {
        strbuf_puts(body, i > page.from ? "," : "");
        put_one(request, request->model->catalogue, kind, &ids[i], true);
    }
    strbuf_puts(body, bare ? "]," : "]},");
    page_put(body, &page, ids);
    strbuf_put_char(body, '}');
    request_finish(request, 200);
}

static void read_one(struct request *request, enum model_kind kind, const struct uuid *id)
{
    const struct catalogue *catalogue = request->model->catalogue;
    bool found =
        kind == MODEL_OBJECT ? catalogue_object(catalogue, id) != NULL : catalogue_field(catalogue, id) != NULL;
    if (!found) {
        not_found(request, kind);
        return;
    }
    open_envelope(request, NULL, kind);
    put_one(request, catalogue, kind, id, true);
    close_envelope(request);
    request_finish(request, 200);
}

/* ---- writes ---- */

static void answer_change(struct call *call)
{
    static const char *const verbs[] = {
        [MODEL_CREATE] = "create",
        [MODEL_UPDATE] = "update",
        [MODEL_DELETE] = "delete",
    };
    bool gone = call->op.verb == MODEL_DELETE;
    open_envelope(call->request, verbs[call->op.verb], call->kind);
    put_one(call->request, gone ? call->job.before : call->job.after, call->kind, &call->job.ids[0], !gone);
    close_envelope(call->request);
}

static void on_done(struct remodel_job *job)
{
    struct call *call = job->context;
    struct request *request = call->request;
    struct err err = job->err;
    int status = call->op.verb == MODEL_CREATE ? 201 : 200;
    switch (job->outcome) {
    case CHANGE_READY: answer_change(call); break;
    case CHANGE_REPORTED:
        report_put_rest(&request->exchange->body, &job->report);
        status = 400;
        break;
    case CHANGE_REFUSED:
        remodel_job_release(job);
        /* A field that is not there is the body's fault, as the contract has it (M30). */
        if (err.code == ERR_NOT_FOUND && call->kind == MODEL_FIELD && call->op.verb == MODEL_UPDATE) {
            err.code = ERR_INVALID;
        }
        request_fail(request, &err);
        return;
    }
    remodel_job_release(job);
    request_finish(request, status);
}

static void change(struct request *request, enum model_kind kind, enum model_verb verb, const struct uuid *id)
{
    struct call *call = ARENA_NEW(request->arena, struct call);
    struct err err;
    *call = (struct call){.request = request, .kind = kind, .op = {.kind = kind, .verb = verb}};
    if (id != NULL) {
        call->op.id = *id;
    }
    if (verb != MODEL_DELETE) {
        struct str text = request->exchange->request.body;
        call->op.input = json_parse(request->arena, text.len == 0 ? STR("{}") : text, &body_limits, &err);
        if (call->op.input == NULL) {
            request_fail(request, &err);
            return;
        }
    }
    call->job = (struct remodel_job){
        .ops = &call->op, .op_count = 1, .loop = request->worker->executor.loop, .on_done = on_done, .context = call};
    remodel_submit(request->worker->settings->remodel, &call->job);
}

/* ---- routes ---- */

static void handle(struct request *request, const struct settings_route *route, enum model_kind kind)
{
    enum http_method method = request->exchange->request.method;
    struct uuid id;
    if (route->id_text.ptr == NULL) {
        if (method == HTTP_POST) {
            change(request, kind, MODEL_CREATE, NULL);
        } else {
            list(request, kind);
        }
        return;
    }
    if (!request_parse_id(request, route->id_text, &id)) {
        return;
    }
    if (method == HTTP_PATCH || method == HTTP_PUT) {
        change(request, kind, MODEL_UPDATE, &id);
    } else if (method == HTTP_DELETE) {
        change(request, kind, MODEL_DELETE, &id);
    } else {
        read_one(request, kind, &id);
    }
}

static void handle_objects(struct request *request, const struct settings_route *route)
{
    handle(request, route, MODEL_OBJECT);
}

static void handle_fields(struct request *request, const struct settings_route *route)
{
    handle(request, route, MODEL_FIELD);
}

bool models_route(const struct http_request *http, struct settings_route *out)
{
    static const struct {
        struct str path;
        void (*handle)(struct request *request, const struct settings_route *route);
    } rows[] = {
        {STR_INIT("/rest/metadata/objects"), handle_objects},
        {STR_INIT("/rest/metadata/fields"), handle_fields},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct str rest = str_slice(http->path, rows[i].path.len, http->path.len);
        if (!str_starts_with(http->path, rows[i].path) || (rest.len > 0 && rest.ptr[0] != '/')) {
            continue;
        }
        rest = str_slice(rest, 1, rest.len);
        bool all = rest.len == 0;
        enum http_method method = http->method;
        bool read = method == HTTP_GET || method == HTTP_HEAD;
        bool write = all ? method == HTTP_POST : method == HTTP_PATCH || method == HTTP_PUT || method == HTTP_DELETE;
        *out = (struct settings_route){.handle = rows[i].handle,
                                       .id_text = all ? STR_EMPTY : rest,
                                       .allow = all ? STR("GET, HEAD, POST, OPTIONS")
                                                    : STR("GET, HEAD, PATCH, PUT, DELETE, OPTIONS"),
                                       .known = read || write};
        return true;
    }
    return false;
}

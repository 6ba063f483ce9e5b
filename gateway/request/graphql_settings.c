/*
 * Settings over GraphQL: webhooks, keys, roles, the workspace. Keys, roles and the workspace by the operations of
 * settings.h; webhooks by REST's handler, asked from inside (request_private.h): what is checked and written is the
 * same.
 */
#include "gateway/request/graphql_metadata.h"
#include "gateway/request/webhook_rows.h"

#include "common/text/json_write.h"

static struct request *request_of(const struct metadata_field *metadata)
{
    return metadata->field->request;
}

/* ---- webhooks ---- */

/* Answers of the handler; `body` is in the arena. */
typedef void (*on_webhook)(struct metadata_field *metadata, struct str body);

struct inside {
    struct metadata_field *metadata;
    struct http_exchange exchange;
    struct request request;
    on_webhook on_done;
};

static enum report_verb verb_of(enum metadata_role role)
{
    switch (role) {
    case META_UPDATE_WEBHOOK:
    case META_PAUSE_WEBHOOK:
    case META_RESUME_WEBHOOK:
    case META_ROTATE_WEBHOOK:
    case META_UPDATE_ROLE: return REPORT_UPDATE;
    case META_DELETE_WEBHOOK:
    case META_DELETE_ROLE: return REPORT_DELETE;
    default: return REPORT_CREATE;
    }
}

static void on_inside(struct request *request, const struct err *err)
{
    struct inside *inside = request->inside_context;
    struct metadata_field *metadata = inside->metadata;
    struct request *outside = request_of(metadata);
    struct str body = arena_copy(outside->arena, strbuf_str(&inside->exchange.body));
    strbuf_release(&inside->exchange.body);
    outside->queued_us += request->queued_us;
    outside->database_us += request->database_us;
    if (err != NULL) {
        struct err copy = *err;
        metadata_refuse(metadata, REPORT_WEBHOOK, verb_of(metadata->query.role), &copy);
    } else {
        inside->on_done(metadata, body);
    }
}

static struct str id_text(const struct metadata_field *metadata)
{
    char text[UUID_TEXT_LEN];
    uuid_print(&metadata->query.id, text);
    return arena_copy(request_of(metadata)->arena, str_of(text, sizeof text));
}

/* A request to be given to REST's handler; its body is the field's input. */
static struct request *inside_of(struct metadata_field *metadata, enum http_method method, on_webhook on_done)
{
    struct request *outside = request_of(metadata);
    struct inside *inside = ARENA_NEW(outside->arena, struct inside);
    struct strbuf body = {0};
    inside->metadata = metadata;
    inside->on_done = on_done;
    if (metadata->query.input != NULL) {
        json_put_canonical(&body, metadata->query.input);
    }
    inside->exchange.request = (struct http_request){.method = method,
                                                     .path = STR("/rest/metadata/webhooks"),
                                                     .body = arena_copy(outside->arena, strbuf_str(&body))};
    strbuf_release(&body);
    inside->request = (struct request){.exchange = &inside->exchange,
                                       .worker = outside->worker,
                                       .arena = outside->arena,
                                       .model = outside->model,
                                       .id = outside->id,
                                       .started_us = outside->started_us,
                                       .key_id = outside->key_id,
                                       .actor = outside->actor,
                                       .role = outside->role,
                                       .keyring = outside->keyring,
                                       .on_inside = on_inside,
                                       .inside_context = inside};
    return &inside->request;
}

static void ask(struct metadata_field *metadata, enum http_method method, bool one, on_webhook on_done)
{
    /* The old spelling's list is an array with nothing around it. */
    handle_webhooks(inside_of(metadata, method, on_done), one ? id_text(metadata) : STR_EMPTY, !one);
}

static void act(struct metadata_field *metadata, enum http_method method, const char *action, on_webhook on_done)
{
    const struct settings_route route = {.id_text = id_text(metadata), .action = webhook_action_find(str_from(action))};
    handle_webhook_action(inside_of(metadata, method, on_done), &route);
}

/* One delivery. */
static void ask_delivery(struct metadata_field *metadata, enum http_method method, on_webhook on_done)
{
    const struct settings_route route = {.id_text = metadata->query.delivery_id};
    handle_deliveries(inside_of(metadata, method, on_done), &route);
}

static void put_escaped(struct strbuf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        strbuf_printf(out, "%%%02X", (unsigned)(unsigned char)text.ptr[i]);
    }
}

/* The members of the input are REST's parameters, but for the spelling of two. */
static struct str search_query(struct metadata_field *metadata)
{
    struct strbuf query = {0};
    const struct json *input = metadata->query.input;
    for (const struct json *member = input == NULL ? NULL : input->first; member != NULL; member = member->next) {
        if (member->type == JSON_NULL) {
            continue;
        }
        strbuf_puts(&query, query.len > 0 ? "&" : "");
        if (str_is(member->key, "startingAfter")) {
            strbuf_puts(&query, "starting_after");
        } else if (str_is(member->key, "endingBefore")) {
            strbuf_puts(&query, "ending_before");
        } else {
            strbuf_put(&query, member->key);
        }
        strbuf_put_char(&query, '=');
        put_escaped(&query, member->text);
    }
    struct str text = arena_copy(request_of(metadata)->arena, strbuf_str(&query));
    strbuf_release(&query);
    return text;
}

static void search_deliveries(struct metadata_field *metadata, on_webhook on_done)
{
    const struct settings_route route = {.id_text = STR_EMPTY};
    struct request *inside = inside_of(metadata, HTTP_GET, on_done);
    inside->exchange->request.query = search_query(metadata);
    handle_deliveries(inside, &route);
}

/* Of {"data":[…]} the list. */
static void on_data(struct metadata_field *metadata, struct str body)
{
    metadata_answer(metadata, str_slice(body, strlen("{\"data\":"), body.len - 1));
}

static void on_written(struct metadata_field *metadata, struct str body)
{
    metadata_answer(metadata, body);
}

static void on_deleted(struct metadata_field *metadata, struct str body)
{
    (void)body;
    metadata_answer(metadata, metadata->before);
}

/* The answer is the webhook as it was. An unknown one reads as nothing, and the deletion says that it is not there. */
static void on_read_to_delete(struct metadata_field *metadata, struct str body)
{
    metadata->before = body;
    ask(metadata, HTTP_DELETE, true, on_deleted);
}

static void resolve_webhook(struct metadata_field *metadata)
{
    switch (metadata->query.role) {
    case META_WEBHOOKS: ask(metadata, HTTP_GET, false, on_written); return;
    case META_WEBHOOK: ask(metadata, HTTP_GET, true, on_written); return;
    case META_CREATE_WEBHOOK: ask(metadata, HTTP_POST, false, on_written); return;
    case META_UPDATE_WEBHOOK: ask(metadata, HTTP_PATCH, true, on_written); return;
    case META_WEBHOOK_DELIVERIES: search_deliveries(metadata, on_written); return;
    case META_WEBHOOK_DELIVERY: ask_delivery(metadata, HTTP_GET, on_written); return;
    case META_RESEND_DELIVERY: ask_delivery(metadata, HTTP_POST, on_written); return;
    case META_WEBHOOK_REPLAYS: act(metadata, HTTP_GET, "replay", on_data); return;
    case META_REPLAY_WEBHOOK: act(metadata, HTTP_POST, "replay", on_written); return;
    case META_CANCEL_REPLAY: act(metadata, HTTP_DELETE, "replay", on_written); return;
    case META_TEST_WEBHOOK: act(metadata, HTTP_POST, "test", on_written); return;
    case META_PAUSE_WEBHOOK: act(metadata, HTTP_POST, "pause", on_written); return;
    case META_RESUME_WEBHOOK: act(metadata, HTTP_POST, "resume", on_written); return;
    case META_ROTATE_WEBHOOK: act(metadata, HTTP_POST, "rotateSecret", on_written); return;
    default: ask(metadata, HTTP_GET, true, on_read_to_delete); return;
    }
}

/* ---- keys, roles, the workspace ---- */

/* False when the field has been ended. */
static bool succeeded(struct metadata_field *metadata, const struct settings_answer *answer)
{
    enum metadata_role role = metadata->query.role;
    bool about_role = role == META_CREATE_ROLE || role == META_UPDATE_ROLE || role == META_DELETE_ROLE;
    /* Asked first: the answer may be gone with its request when that has been ended. */
    bool good = answer->failure == NULL && answer->err == NULL;
    if (answer->failure != NULL) {
        struct err err = answer->failure->err;
        failure_log(answer->failure, request_of(metadata)->id);
        err.tag = "INTERNAL_SERVER_ERROR";
        metadata_refuse(metadata, REPORT_KIND_COUNT, REPORT_CREATE, &err);
    } else if (answer->err != NULL) {
        struct err err = *answer->err;
        metadata_refuse(metadata, about_role ? REPORT_ROLE : REPORT_KIND_COUNT, verb_of(role), &err);
    }
    return good;
}

static void on_list(struct settings_call *call, const struct settings_answer *answer)
{
    struct metadata_field *metadata = call->context;
    if (succeeded(metadata, answer)) {
        metadata_answer_list(metadata, answer->documents, answer->count);
    }
}

static void on_one(struct settings_call *call, const struct settings_answer *answer)
{
    struct metadata_field *metadata = call->context;
    if (!succeeded(metadata, answer)) {
        return;
    }
    if (answer->count == 0 && metadata->query.role == META_ROLE) {
        struct err err;
        err_fail_tag(&err, ERR_NOT_FOUND, "ROLE_NOT_FOUND", "Role not found");
        metadata_refuse(metadata, REPORT_KIND_COUNT, REPORT_CREATE, &err);
    } else {
        metadata_answer(metadata, answer->count == 0 ? STR_EMPTY : answer->documents[0]);
    }
}

static void on_assigned(struct settings_call *call, const struct settings_answer *answer)
{
    if (succeeded(call->context, answer)) {
        metadata_answer(call->context, STR("true"));
    }
}

static void on_token(struct settings_call *call, const struct settings_answer *answer)
{
    struct metadata_field *metadata = call->context;
    if (succeeded(metadata, answer)) {
        metadata_answer(metadata,
                        arena_printf(request_of(metadata)->arena, "{\"token\":\"%.*s\"}", STR_ARG(answer->token)));
    }
}

/* The contract's deletion answers with the id alone. */
static void on_role_deleted(struct settings_call *call, const struct settings_answer *answer)
{
    struct metadata_field *metadata = call->context;
    if (succeeded(metadata, answer)) {
        struct str id = id_text(metadata);
        metadata_answer(metadata, arena_printf(request_of(metadata)->arena, "\"%.*s\"", STR_ARG(id)));
    }
}

void metadata_resolve_settings(struct metadata_field *metadata)
{
    const struct metaquery *query = &metadata->query;
    struct settings_call *call = &metadata->call;
    *call = (struct settings_call){
        .request = request_of(metadata), .form = ROLE_DEEP, .on_done = on_one, .context = metadata};
    switch (query->role) {
    case META_API_KEYS:
        call->on_done = on_list;
        api_keys_list(call);
        return;
    case META_API_KEY: api_keys_get(call, &query->id); return;
    case META_CREATE_API_KEY: api_keys_create(call, query->input); return;
    case META_UPDATE_API_KEY: api_keys_update(call, &query->id, query->input); return;
    case META_REVOKE_API_KEY: api_keys_revoke(call, &query->id); return;
    case META_ASSIGN_ROLE:
        call->on_done = on_assigned;
        api_keys_assign_role(call, &query->id, &query->role_id);
        return;
    case META_GENERATE_TOKEN:
        call->on_done = on_token;
        api_keys_issue_token(call, &query->id, query->expires);
        return;
    case META_API_KEY_ROLES:
        call->on_done = on_list;
        roles_list_for_keys(call);
        return;
    case META_ROLES:
        call->on_done = on_list;
        roles_list(call);
        return;
    case META_ROLE: roles_get(call, &query->id); return;
    case META_CREATE_ROLE: roles_create(call, query->input); return;
    case META_UPDATE_ROLE: roles_update(call, &query->id, query->input); return;
    case META_DELETE_ROLE:
        call->on_done = on_role_deleted;
        roles_delete(call, &query->id);
        return;
    case META_PERMISSION_FLAGS:
        call->on_done = on_list;
        permission_flags_list(call);
        return;
    case META_OBJECT_PERMISSIONS:
        call->on_done = on_list;
        object_permissions_upsert(call, &query->id, query->input);
        return;
    case META_FIELD_PERMISSIONS:
        call->on_done = on_list;
        field_permissions_upsert(call, &query->id, query->input);
        return;
    case META_ROLE_FLAGS:
        call->on_done = on_list;
        role_flags_replace(call, &query->id, query->input);
        return;
    case META_WORKSPACE: workspace_get(call); return;
    case META_UPDATE_WORKSPACE: workspace_update(call, query->input); return;
    default: resolve_webhook(metadata); return;
    }
}

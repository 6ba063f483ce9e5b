#include "gateway/resolve/resolve_event.h"

#include "common/text/json_write.h"
#include "common/text/timestamp.h"
#include "gateway/plan/filter_match.h"
#include "gateway/resolve/resolve_inner.h"

static enum event_action action_of(const struct gql_selected *root)
{
    switch ((enum core_role)root->field->role) {
    case CORE_ON_CREATE: return EVENT_CREATED;
    case CORE_ON_UPDATE: return EVENT_UPDATED;
    case CORE_ON_DELETE: return EVENT_DELETED;
    case CORE_ON_RESTORE: return EVENT_RESTORED;
    default: return EVENT_DESTROYED;
    }
}

static bool is_record(const struct gql_selected *selected)
{
    return selected->field != NULL && selected->field->role == CORE_EVENT_RECORD;
}

/* `record` is worked out once, for all events. Under two names it would have two shapes. */
static bool plan_record(struct resolving *r, struct resolved_event *out)
{
    for (const struct gql_selected *at = out->root->first; at != NULL; at = at->next) {
        if (!is_record(at)) {
            continue;
        }
        r->fault = at;
        if (out->record != NULL) {
            return RESOLVE_REFUSE(r, INVALID_ARGS, "The record of an event can be selected once only");
        }
        struct shape *shape = ARENA_NEW(r->arena, struct shape);
        if (!resolve_record(r, out->plan.object, at->first, 0, &out->plan.selection, shape)) {
            return false;
        }
        out->record = shape;
    }
    return true;
}

static bool plan_event(struct resolving *r, struct resolved_event *out)
{
    if (out->root->error != NULL) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "%.*s", STR_ARG(out->root->error->message));
    }
    return resolve_filter(r, resolve_argument(out->root, "filter"), &out->plan.filter) &&
           filter_is_local(out->plan.filter, r->err) && plan_record(r, out) && resolve_check_complexity(r);
}

bool resolve_event(struct arena *arena, const struct gql_selected *root, const struct resolve_limits *limits,
                   int64_t now_us, struct resolved_event *out, struct err *err)
{
    struct resolving r = {.arena = arena,
                          .limits = limits,
                          .now_us = now_us,
                          .err = err,
                          .fault = root,
                          .relation_limit = limits->relation_limit,
                          .complexity = 1};
    *out = (struct resolved_event){
        .plan = {.kind = PLAN_READ_ONE, .object = root->field->source}, .action = action_of(root), .root = root};
    bool planned = plan_event(&r, out);
    out->fault = planned ? NULL : r.fault;
    return planned;
}

static void put_quoted(struct strbuf *out, struct str plain)
{
    strbuf_put_char(out, '"');
    strbuf_put(out, plain);
    strbuf_put_char(out, '"');
}

/* The enum's values are the actions' names in capitals. */
static void put_action(struct strbuf *out, enum event_action action)
{
    struct str name = event_action_name(action);
    strbuf_put_char(out, '"');
    for (size_t i = 0; i < name.len; i++) {
        strbuf_put_char(out, (char)(name.ptr[i] - 'a' + 'A'));
    }
    strbuf_put_char(out, '"');
}

static void put_member(struct strbuf *out, struct arena *arena, const struct resolved_event *resolved,
                       const struct gql_selected *selected, const struct event *event, const struct record_set *records)
{
    char text[TIMESTAMP_TEXT_LEN];
    if (selected->field == &gql_typename_field) {
        put_quoted(out, selected->parent->name);
        return;
    }
    switch (selected->field == NULL ? CORE_NOTHING : (enum core_role)selected->field->role) {
    case CORE_EVENT_ID:
        strbuf_put_char(out, '"');
        uuid_put(out, &event->id);
        strbuf_put_char(out, '"');
        return;
    case CORE_EVENT_ACTION: put_action(out, event->action); return;
    case CORE_EVENT_TIME:
        timestamp_print(event->created_us, text);
        put_quoted(out, str_of(text, sizeof text));
        return;
    case CORE_EVENT_RECORD: resolve_put_record(out, arena, resolved->record, records, 0); return;
    case CORE_EVENT_UPDATED_FIELDS:
        strbuf_put(out, event->updated_fields.len > 0 ? event->updated_fields : STR("null"));
        return;
    default: strbuf_puts(out, "null"); return;
    }
}

void resolve_put_event(struct strbuf *out, struct arena *arena, const struct resolved_event *resolved,
                       const struct event *event, const struct record_set *records)
{
    strbuf_put_char(out, '{');
    for (const struct gql_selected *at = resolved->root->first; at != NULL; at = at->next) {
        strbuf_puts(out, at == resolved->root->first ? "" : ",");
        json_put_string(out, at->key);
        strbuf_put_char(out, ':');
        put_member(out, arena, resolved, at, event, records);
    }
    strbuf_put_char(out, '}');
}

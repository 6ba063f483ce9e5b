/*
 * POST /metadata: the model and settings. Reads of the model come from the pinned catalogue; changes go to
 * gateway/remodel, each mutation by itself, and are answered from the model that they made.
 */
#include "gateway/request/graphql_metadata.h"

#include "gateway/policy/policy.h"
#include "gateway/sql/sql_type.h"

static const struct json_limits document_limits = {.max_depth = 32, .max_nodes = 1000000};

static struct graphql_field *field_of(const struct metadata_field *metadata)
{
    return metadata->field;
}

static void fail(struct metadata_field *metadata, const struct err *err)
{
    struct graphql_field *field = field_of(metadata);
    field->fault = metadata->query.fault;
    graphql_field_fail(field, err);
}

static void fail_pg(struct metadata_field *metadata, const struct pg_failure *failure)
{
    struct err err = failure->err;
    failure_log(failure, field_of(metadata)->request->id);
    err.tag = "INTERNAL_SERVER_ERROR";
    fail(metadata, &err);
}

void metadata_answer(struct metadata_field *metadata, struct str document)
{
    struct graphql_field *field = field_of(metadata);
    const struct json *json = NULL;
    struct err err;
    if (document.len > 0) {
        json = json_parse(field->request->arena, document, &document_limits, &err);
        if (json == NULL) {
            err_fail_tag(&err, ERR_INTERNAL, "INTERNAL_SERVER_ERROR", "The answer could not be read");
            fail(metadata, &err);
            return;
        }
    }
    if (metaquery_put_document(field->out, &metadata->query, json, &err)) {
        graphql_field_done(field);
    } else {
        fail(metadata, &err);
    }
}

void metadata_answer_list(struct metadata_field *metadata, const struct str *documents, size_t count)
{
    struct strbuf text = {0};
    strbuf_put_char(&text, '[');
    for (size_t i = 0; i < count; i++) {
        strbuf_puts(&text, i > 0 ? "," : "");
        strbuf_put(&text, documents[i]);
    }
    strbuf_put_char(&text, ']');
    struct str list = arena_copy(field_of(metadata)->request->arena, strbuf_str(&text));
    strbuf_release(&text);
    metadata_answer(metadata, list);
}

/* ---- reports ---- */

void metadata_report(struct metadata_field *metadata, const struct report *report)
{
    struct graphql_field *field = field_of(metadata);
    struct arena *arena = field->request->arena;
    struct strbuf text = {0};
    struct err err;
    report_put_graphql(&text, report, arena_printf(arena, "[\"%.*s\"]", STR_ARG(field->selected->key)));
    field->report = arena_copy(arena, strbuf_str(&text));
    strbuf_release(&text);
    err_fail_tag(&err, ERR_INVALID, "METADATA_VALIDATION_FAILED", "Metadata validation failed");
    fail(metadata, &err);
}

/* What is wrong with an input's form is no report, and neither is what is not there. */
static bool is_reported(const struct err *err)
{
    static const char *const plain[] = {"INVALID_INPUT", "BAD_REQUEST", "NOT_CHANGEABLE", "INVALID_IDEMPOTENCY_KEY"};
    for (size_t i = 0; err->tag != NULL && i < ARRAY_LEN(plain); i++) {
        if (strcmp(err->tag, plain[i]) == 0) {
            return false;
        }
    }
    return err->tag != NULL && (err->code == ERR_INVALID || err->code == ERR_CONFLICT || err->code == ERR_FORBIDDEN);
}

void metadata_refuse(struct metadata_field *metadata, enum report_kind kind, enum report_verb verb,
                     const struct err *err)
{
    if (kind == REPORT_KIND_COUNT || !is_reported(err)) {
        fail(metadata, err);
        return;
    }
    struct report report = {.arena = field_of(metadata)->request->arena};
    struct report_entry *entry = report_begin(&report, kind, verb);
    if (!uuid_is_nil(&metadata->query.id)) {
        report_fact_id(&report, entry, "universalIdentifier", &metadata->query.id);
    }
    (void)report_add(&report, entry, err->tag, STR_EMPTY, "%.*s", STR_ARG(err_str(err)));
    metadata_report(metadata, &report);
}

/* ---- changes of the model ---- */

static void answer_change(struct metadata_field *metadata, const struct remodel_job *job)
{
    struct graphql_field *field = field_of(metadata);
    bool gone = metadata->query.ops[0].verb == MODEL_DELETE;
    struct err err;
    bool good = metaquery_put_changed(field->out, field->request->arena, gone ? job->before : job->after,
                                      &metadata->query, job->ids, &err);
    remodel_job_release(&metadata->change);
    if (good) {
        graphql_field_done(field);
    } else {
        fail(metadata, &err);
    }
}

static void on_changed(struct remodel_job *job)
{
    struct metadata_field *metadata = job->context;
    struct err err = job->err;
    switch (job->outcome) {
    case CHANGE_READY: answer_change(metadata, job); return;
    case CHANGE_REPORTED: {
        /* The report is the job's, and its end is the field's. */
        struct remodel_job kept = *job;
        metadata_report(metadata, &kept.report);
        remodel_job_release(&kept);
        return;
    }
    case CHANGE_REFUSED:
        remodel_job_release(job);
        fail(metadata, &err);
        return;
    }
}

static void change(struct metadata_field *metadata)
{
    struct graphql_field *field = field_of(metadata);
    if (metadata->query.op_count == 0) {
        strbuf_puts(field->out, "[]");
        graphql_field_done(field);
        return;
    }
    metadata->change = (struct remodel_job){.ops = metadata->query.ops,
                                            .op_count = metadata->query.op_count,
                                            .loop = field->request->worker->executor.loop,
                                            .on_done = on_changed,
                                            .context = metadata};
    remodel_submit(field->request->worker->settings->remodel, &metadata->change);
}

/* ---- counts ---- */

static void on_counted(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct metadata_field *metadata = context;
    struct request *request = field_of(metadata)->request;
    struct strbuf text = {0};
    request_note_job(request, &metadata->job);
    if (failure != NULL) {
        fail_pg(metadata, failure);
        return;
    }
    strbuf_put_char(&text, '[');
    for (size_t i = 0; i < pg_rows(results[0]); i++) {
        struct str name = STR_EMPTY;
        struct str total = STR_EMPTY;
        (void)pg_value(results[0], i, 0, &name);
        (void)pg_value(results[0], i, 1, &total);
        strbuf_printf(&text, "%s{\"objectNamePlural\":\"%.*s\",\"totalCount\":%lld}", i == 0 ? "" : ",", STR_ARG(name),
                      (long long)pg_get_int8(total));
    }
    strbuf_put_char(&text, ']');
    struct str document = arena_copy(request->arena, strbuf_str(&text));
    strbuf_release(&text);
    metadata_answer(metadata, document);
}

static void count_records(struct metadata_field *metadata)
{
    struct request *request = field_of(metadata)->request;
    static const struct str text =
        STR_INIT("select name_plural, core.live_count(id) from core.object where is_active order by name_plural");
    metadata->command = command_of(request->arena, (struct sql){text, NULL, 0}, NULL);
    metadata->job = (struct pg_job){.kind = PG_READ,
                                    .commands = &metadata->command,
                                    .command_count = 1,
                                    .cancel_us = field_of(metadata)->deadline_us,
                                    .on_done = on_counted,
                                    .context = metadata};
    pg_submit(request->worker->executor.slow, &metadata->job);
}

/* ---- the field ---- */

static void read_model(struct metadata_field *metadata)
{
    struct graphql_field *field = field_of(metadata);
    struct err err;
    if (metaquery_put_model(field->out, field->request->arena, field->request->model->catalogue, &metadata->query,
                            &err)) {
        graphql_field_done(field);
    } else {
        fail(metadata, &err);
    }
}

/* Contract 2.5. Whoever makes a key, or a token for one, gets all that its role may do. */
static unsigned needed_for(enum metadata_role role)
{
    switch (role) {
    case META_RECORD_COUNTS: return SETTINGS_DATA_MODEL;
    case META_CREATE_API_KEY:
    case META_ASSIGN_ROLE:
    case META_GENERATE_TOKEN: return SETTINGS_KEYS_AND_WEBHOOKS | SETTINGS_ROLES;
    case META_ROLES:
    case META_ROLE:
    case META_PERMISSION_FLAGS:
    case META_CREATE_ROLE:
    case META_UPDATE_ROLE:
    case META_DELETE_ROLE:
    case META_OBJECT_PERMISSIONS:
    case META_FIELD_PERMISSIONS:
    case META_ROLE_FLAGS: return SETTINGS_ROLES;
    case META_WORKSPACE:
    case META_UPDATE_WORKSPACE: return SETTINGS_WORKSPACE;
    case META_PIECES: return SETTINGS_VIEWS;
    default: break;
    }
    bool model = role >= META_CREATE_OBJECT && role <= META_DELETE_FIELD;
    return model ? SETTINGS_DATA_MODEL : SETTINGS_KEYS_AND_WEBHOOKS;
}

static void resolve(struct graphql_field *field)
{
    struct request *request = field->request;
    struct metadata_field *metadata = ARENA_NEW(request->arena, struct metadata_field);
    struct err err;
    metadata->field = field;
    if (!metaquery_plan(request->arena, field->selected, &metadata->query, &err) ||
        (metadata->query.settings && !policy_check_settings(request->role, needed_for(metadata->query.role), &err))) {
        fail(metadata, &err);
        return;
    }
    enum metadata_role role = metadata->query.role;
    if (role <= META_FIELD) {
        read_model(metadata);
    } else if (role == META_RECORD_COUNTS) {
        count_records(metadata);
    } else if (role >= META_CREATE_OBJECT && role <= META_DELETE_FIELD) {
        change(metadata);
    } else if (role == META_PIECES) {
        metadata_resolve_pieces(metadata);
    } else {
        metadata_resolve_settings(metadata);
    }
}

const struct graphql_endpoint graphql_metadata = {
    .path = "/metadata",
    .build = metadata_schema_build,
    .resolve = resolve,
    .needs_login = true,
};

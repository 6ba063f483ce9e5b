#include "gateway/rest/rest_body.h"

#include "common/text/json_read.h"

static struct json *parse(struct arena *arena, const struct rest_body *body, struct str text, enum json_type wanted,
                          struct err *err)
{
    struct json_limits limits = {.max_depth = body->limits->max_json_depth, .max_nodes = body->limits->max_json_nodes};
    struct json *json = json_parse(arena, text, &limits, err);
    if (json == NULL) {
        err->tag = "BAD_REQUEST";
        return NULL;
    }
    if (json->type != wanted) {
        err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_DATA", "The body must be a JSON %s, not %s",
                     wanted == JSON_OBJECT ? "object" : "array of records", json_type_name(json));
        return NULL;
    }
    return json;
}

static bool read_one(struct arena *arena, const struct rest_body *body, struct str text, enum record_input_mode mode,
                     struct plan *plan, struct err *err)
{
    struct json *json = parse(arena, body, text, JSON_OBJECT, err);
    if (json == NULL) {
        return false;
    }
    plan->inputs = ARENA_NEW(arena, struct record_input);
    plan->input_count = 1;
    return record_input_read(arena, plan->object, json, mode, body->now_us, &plan->inputs[0], err);
}

static bool in_record(struct err *err, size_t index)
{
    struct err whole = *err;
    return err_fail_tag(err, whole.code, whole.tag, "%s (record %zu of the batch)", whole.text, index + 1);
}

static bool read_record(struct arena *arena, const struct rest_body *body, const struct json *record,
                        enum record_input_mode mode, struct plan *plan, struct err *err)
{
    if (record->type != JSON_OBJECT) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_DATA", "A record must be a JSON object, not %s",
                            json_type_name(record));
    }
    return record_input_read(arena, plan->object, record, mode, body->now_us, &plan->inputs[plan->input_count], err);
}

static bool check_count(const struct rest_body *body, size_t count, struct err *err)
{
    if (count == 0) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_DATA", "The batch holds no record");
    }
    return count <= body->limits->max_batch ||
           err_fail_tag(err, ERR_INVALID, "TOO_MANY_RECORDS_TO_UPDATE", "Maximum number of records to upsert is %zu.",
                        body->limits->max_batch);
}

static bool read_records(struct arena *arena, const struct rest_body *body, const struct json *list,
                         enum record_input_mode mode, struct plan *plan, struct err *err)
{
    plan->inputs = ARENA_ARRAY(arena, struct record_input, list->count);
    JSON_EACH(record, list)
    {
        if (!read_record(arena, body, record, mode, plan, err)) {
            return in_record(err, plan->input_count);
        }
        plan->input_count++;
    }
    return true;
}

static bool read_many(struct arena *arena, const struct rest_body *body, struct plan *plan, struct err *err)
{
    struct json *json = parse(arena, body, body->text, JSON_ARRAY, err);
    return json != NULL && check_count(body, json->count, err) &&
           read_records(arena, body, json, RECORD_INPUT_CREATE, plan, err);
}

/* An id, or a record with its id. */
static bool read_id(const struct json *json, struct uuid *out, struct err *err)
{
    const struct json *id = json->type == JSON_OBJECT ? json_get(json, "id") : json;
    if (!json_is(id, JSON_STRING)) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_DATA", "The id is missing");
    }
    return uuid_parse(id->text, out) || err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_DATA",
                                                     "'%.*s' is not a valid UUID", STR_ARG(str_cut(id->text, 80)));
}

/* Quadratic, over one batch. */
static bool check_distinct(const struct plan *plan, struct err *err)
{
    const struct uuid *last = &plan->ids[plan->id_count - 1];
    for (size_t i = 0; i + 1 < plan->id_count; i++) {
        if (uuid_eq(&plan->ids[i], last)) {
            return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_DATA", "The id is that of record %zu as well", i + 1);
        }
    }
    return true;
}

static bool read_ids(struct arena *arena, const struct json *list, struct plan *plan, struct err *err)
{
    struct uuid *ids = ARENA_ARRAY(arena, struct uuid, list->count);
    plan->ids = ids;
    JSON_EACH(json, list)
    {
        if (!read_id(json, &ids[plan->id_count++], err) || !check_distinct(plan, err)) {
            return in_record(err, plan->id_count - 1);
        }
    }
    return true;
}

static bool read_list(struct arena *arena, const struct rest_body *body, struct plan *plan, struct err *err)
{
    struct json *json = parse(arena, body, body->text, JSON_ARRAY, err);
    if (json == NULL || !check_count(body, json->count, err)) {
        return false;
    }
    return (plan->kind != PLAN_UPDATE || read_records(arena, body, json, RECORD_INPUT_UPDATE, plan, err)) &&
           read_ids(arena, json, plan, err);
}

static bool need_array(const struct json *json, const char *name, struct err *err)
{
    return json->type == JSON_ARRAY || err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_DATA",
                                                    "\"%s\" must be an array, not %s", name, json_type_name(json));
}

static bool read_duplicates(struct arena *arena, const struct rest_body *body, struct plan *plan, struct err *err)
{
    struct json *json = parse(arena, body, body->text, JSON_OBJECT, err);
    if (json == NULL) {
        return false;
    }
    const struct json *data = json_get(json, "data");
    const struct json *ids = json_get(json, "ids");
    if (data != NULL && ids != NULL) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_QUERY_INPUT",
                            "You cannot provide both \"data\" and \"ids\" arguments");
    }
    if (data == NULL && ids == NULL) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_QUERY_INPUT",
                            "You have to provide either \"data\" or \"ids\" argument");
    }
    if (ids != NULL) {
        return need_array(ids, "ids", err) && (ids->count == 0 || check_count(body, ids->count, err)) &&
               read_ids(arena, ids, plan, err);
    }
    if (need_array(data, "data", err) && data->count == 0) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_QUERY_INPUT",
                            "The \"data\" condition can not be empty when \"ids\" input not provided");
    }
    return data->type == JSON_ARRAY && check_count(body, data->count, err) &&
           read_records(arena, body, data, RECORD_INPUT_CREATE, plan, err);
}

static bool merge_refused(struct err *err, const char *why)
{
    return err_fail_tag(err, ERR_INVALID, "INVALID_QUERY_INPUT", "%s", why);
}

static bool read_priority(const struct json *json, struct plan *plan, struct err *err)
{
    const struct json *index = json_get(json, "conflictPriorityIndex");
    int64_t priority = 0;
    if (index != NULL &&
        (index->type != JSON_NUMBER || !str_to_int64(index->text, 0, (int64_t)plan->id_count - 1, &priority))) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_QUERY_INPUT",
                            "Invalid conflict priority '%.*s'. Valid options for %zu records: 0-%zu",
                            STR_ARG(str_cut(index->text, 40)), plan->id_count, plan->id_count - 1);
    }
    plan->priority = (size_t)priority;
    return true;
}

static bool read_merge(struct arena *arena, const struct rest_body *body, struct plan *plan, struct err *err)
{
    struct json *json = parse(arena, body, body->text, JSON_OBJECT, err);
    if (json == NULL) {
        return false;
    }
    const struct json *ids = json_get(json, "ids");
    const struct json *dry_run = json_get(json, "dryRun");
    if (!json_is(ids, JSON_ARRAY) || ids->count < 2) {
        return merge_refused(err, "At least 2 record IDs are required for merge");
    }
    if (ids->count > body->limits->max_merge) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_QUERY_INPUT", "Maximum %zu records can be merged at once",
                            body->limits->max_merge);
    }
    if (plan->object->criterion_count == 0) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_QUERY_INPUT",
                            "Merge is only available for objects with duplicate criteria; %.*s has none",
                            STR_ARG(plan->object->name_singular));
    }
    if (dry_run != NULL && dry_run->type != JSON_TRUE && dry_run->type != JSON_FALSE) {
        return merge_refused(err, "\"dryRun\" must be a boolean");
    }
    plan->dry_run = json_is(dry_run, JSON_TRUE);
    return read_ids(arena, ids, plan, err) && read_priority(json, plan, err);
}

bool rest_body_read(struct arena *arena, enum rest_action action, const struct rest_body *body, struct plan *plan,
                    struct err *err)
{
    switch (action) {
    case REST_CREATE_ONE: return read_one(arena, body, body->text, RECORD_INPUT_CREATE, plan, err);
    case REST_CREATE_MANY: return read_many(arena, body, plan, err);
    case REST_UPDATE_ONE:
    case REST_UPDATE_MANY:
        /* An empty body is an empty object (contract 1.6). */
        return read_one(arena, body, str_trim(body->text).len == 0 ? STR("{}") : body->text, RECORD_INPUT_UPDATE, plan,
                        err);
    case REST_UPDATE_LIST:
    case REST_DELETE_LIST:
    case REST_RESTORE_LIST: return read_list(arena, body, plan, err);
    case REST_FIND_DUPLICATES: return read_duplicates(arena, body, plan, err);
    case REST_MERGE: return read_merge(arena, body, plan, err);
    default: return true;
    }
}

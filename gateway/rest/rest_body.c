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

static bool read_record(struct arena *arena, const struct rest_body *body, const struct json *record, struct plan *plan,
                        struct err *err)
{
    if (record->type != JSON_OBJECT) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_DATA", "A record must be a JSON object, not %s",
                            json_type_name(record));
    }
    return record_input_read(arena, plan->object, record, RECORD_INPUT_CREATE, body->now_us,
                             &plan->inputs[plan->input_count], err);
}

static bool read_many(struct arena *arena, const struct rest_body *body, struct plan *plan, struct err *err)
{
    struct json *json = parse(arena, body, body->text, JSON_ARRAY, err);
    if (json == NULL) {
        return false;
    }
    if (json->count == 0) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_DATA", "The batch holds no record");
    }
    if (json->count > body->limits->max_batch) {
        return err_fail_tag(err, ERR_INVALID, "TOO_MANY_RECORDS_TO_UPDATE",
                            "Maximum number of records to upsert is %zu.", body->limits->max_batch);
    }
    plan->inputs = ARENA_ARRAY(arena, struct record_input, json->count);
    JSON_EACH(record, json)
    {
        if (!read_record(arena, body, record, plan, err)) {
            return in_record(err, plan->input_count);
        }
        plan->input_count++;
    }
    return true;
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
    default: return true;
    }
}

/* Mutations and duplicates (contract 3.10 to 3.16): what they are about, and what they write. */
#include "gateway/resolve/resolve_inner.h"

static bool read_id(struct resolving *r, const struct gql_datum *datum, struct uuid *out)
{
    const struct json *json = gql_datum_json(r->arena, datum);
    struct str text = json->type == JSON_STRING || json->type == JSON_NUMBER ? json->text : STR("");
    return (json->type == JSON_STRING && uuid_parse(text, out)) ||
           RESOLVE_REFUSE(r, INVALID_ARGS, "Value \"%.*s\" is not a valid UUID", STR_ARG(str_cut(text, 80)));
}

static bool read_target(struct resolving *r, const struct gql_selected *selected, struct plan *plan)
{
    const struct gql_datum *id = resolve_argument(selected, "id");
    plan->target = TARGET_ONE;
    if (id == NULL) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "Missing required argument: \"id\" (UUID)");
    }
    return read_id(r, id, &plan->id);
}

/* ---- inputs ---- */

/* Of what REST adds to a sentence nothing is left. */
static void cut_at(struct err *err, const char *advice)
{
    char *end = strstr(err->text, advice);
    if (end != NULL) {
        *end = '\0';
    }
}

/* The contract's sentences to the letter: REST adds advice, and names the field where the contract says "undefined". */
static bool to_the_letter(struct err *err)
{
    bool both = err->tag != NULL && strcmp(err->tag, "CONNECT_AND_DISCONNECT") == 0;
    bool constraint = err->tag != NULL && strcmp(err->tag, "CONNECT_UNIQUE_CONSTRAINT_ERROR") == 0;
    char *end = constraint ? strstr(err->text, "'. ") : NULL;
    if (end != NULL) {
        end[2] = '\0';
    }
    cut_at(err, ", such as {\"connect\"");
    if (both) {
        err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_DATA",
                     "Cannot have both connect and disconnect for the same field on undefined.");
    }
    return false;
}

/* A relation that is null is not touched, as if it had not been sent: inputs of relations are nullable here. */
static const struct json *input_json(struct resolving *r, const struct gql_datum *datum)
{
    struct json *json = ARENA_NEW(r->arena, struct json);
    struct json **next = &json->first;
    json->type = JSON_OBJECT;
    for (const struct gql_datum *at = datum->as.items.first; at != NULL; at = at->next) {
        enum core_role role = (enum core_role)at->field->role;
        bool inner = (role == CORE_TO_ONE || role == CORE_CREATE) && at->kind == GQL_DATUM_OBJECT;
        if (role == CORE_TO_ONE && at->kind == GQL_DATUM_NULL) {
            continue;
        }
        struct json *member = ARENA_NEW(r->arena, struct json);
        *member = *(inner ? input_json(r, at) : gql_datum_json(r->arena, at));
        member->key = at->field->name;
        member->next = NULL;
        *next = member;
        next = &member->next;
        json->count++;
    }
    return json;
}

static bool read_input(struct resolving *r, const struct gql_datum *datum, enum record_input_mode mode,
                       struct plan *plan)
{
    const struct json *json = datum->kind == GQL_DATUM_OBJECT ? input_json(r, datum) : gql_datum_json(r->arena, datum);
    return record_input_read(r->arena, plan->object, json, mode, r->now_us, &plan->inputs[plan->input_count++],
                             r->err) ||
           to_the_letter(r->err);
}

/* Records are not shared here, all see them; but an item that says nothing is a mistake (contract 1.3). */
static bool check_shares(struct resolving *r, const struct gql_selected *selected)
{
    const struct gql_datum *shares = resolve_argument(selected, "shareWith");
    const struct gql_datum *share = shares == NULL ? NULL : shares->as.items.first;
    for (; share != NULL; share = share->next) {
        size_t targets = 0;
        for (const struct gql_datum *at = share->as.items.first; at != NULL; at = at->next) {
            bool target = !str_is(at->field->name, "accessLevel") && at->kind != GQL_DATUM_NULL;
            targets += target && !(at->kind == GQL_DATUM_BOOLEAN && !at->as.boolean);
        }
        if (targets != 1) {
            return RESOLVE_REFUSE(r, INVALID_ARGS,
                                  "Invalid argument: \"shareWith\" must be an array of objects with an accessLevel and "
                                  "one of workspaceMemberId, roleId or everyone");
        }
    }
    return true;
}

static bool read_one_input(struct resolving *r, const struct gql_selected *selected, enum record_input_mode mode,
                           struct plan *plan)
{
    const struct gql_datum *data = resolve_argument(selected, "data");
    if (data == NULL || data->kind != GQL_DATUM_OBJECT) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "Missing required argument: \"data\" (object)");
    }
    plan->inputs = ARENA_NEW(r->arena, struct record_input);
    return read_input(r, data, mode, plan);
}

static bool check_count(struct resolving *r, size_t count)
{
    if (count == 0) {
        return RESOLVE_REFUSE(r, "INVALID_ARGS_DATA", "The batch holds no record");
    }
    return count <= r->limits->max_batch ||
           RESOLVE_REFUSE(r, "TOO_MANY_RECORDS_TO_UPDATE", "Maximum number of records to upsert is %zu.",
                          r->limits->max_batch);
}

static bool in_record(struct resolving *r, size_t index)
{
    struct err whole = *r->err;
    return err_fail_tag(r->err, whole.code, whole.tag, "%s (record %zu of the batch)", whole.text, index + 1);
}

static bool read_inputs(struct resolving *r, const struct gql_datum *list, struct plan *plan)
{
    plan->inputs = ARENA_ARRAY(r->arena, struct record_input, list->as.items.count);
    for (const struct gql_datum *item = list->as.items.first; item != NULL; item = item->next) {
        if (!read_input(r, item, RECORD_INPUT_CREATE, plan)) {
            return in_record(r, plan->input_count - 1);
        }
    }
    return true;
}

static bool read_create_many(struct resolving *r, const struct gql_selected *selected, struct plan *plan)
{
    const struct gql_datum *data = resolve_argument(selected, "data");
    plan->batch = true;
    if (data == NULL || data->kind != GQL_DATUM_LIST) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "Missing required argument: \"data\" (array)");
    }
    return check_count(r, data->as.items.count) && read_inputs(r, data, plan);
}

/* ---- many, by filter ---- */

/* A restore is about deleted records and a soft delete about live ones; an update or a destroy takes both. */
static void aim_filter(struct resolving *r, struct plan *plan, const struct filter *filter)
{
    plan->filter = filter;
    plan->with_deleted = plan->kind != PLAN_SOFT_DELETE;
    if (plan->kind != PLAN_RESTORE) {
        return;
    }
    struct filter *both = filter_new(r->arena, FILTER_AND);
    struct filter *asked = filter_new(r->arena, filter->kind);
    *asked = *filter;
    filter_add(both, filter_null_test(r->arena, plan->object->deleted_at, false));
    filter_add(both, asked);
    plan->filter = both;
}

static bool read_many(struct resolving *r, const struct gql_selected *selected, struct plan *plan)
{
    const struct gql_datum *datum = resolve_argument(selected, "filter");
    const struct filter *filter = NULL;
    plan->target = TARGET_FILTER;
    plan->batch = true;
    if (datum == NULL) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "Missing required argument: \"filter\" (object)");
    }
    if (!resolve_filter(r, datum, &filter)) {
        return false;
    }
    if (filter == NULL) {
        /* Whatever the spelling, it would name all records there are. */
        return RESOLVE_REFUSE(r, "INVALID_ARGS_FILTER", "A non-empty filter is required for a bulk mutation");
    }
    aim_filter(r, plan, filter);
    return true;
}

/* ---- lists of ids ---- */

static bool read_ids(struct resolving *r, const struct gql_datum *list, struct plan *plan)
{
    struct uuid *ids = ARENA_ARRAY(r->arena, struct uuid, list->as.items.count);
    plan->ids = ids;
    for (const struct gql_datum *item = list->as.items.first; item != NULL; item = item->next) {
        struct uuid *id = &ids[plan->id_count];
        if (!read_id(r, item, id)) {
            return false;
        }
        for (size_t i = 0; i < plan->id_count; i++) {
            if (uuid_eq(&ids[i], id)) {
                return RESOLVE_REFUSE(r, INVALID_ARGS, "The id of record %zu is that of record %zu as well",
                                      plan->id_count + 1, i + 1);
            }
        }
        plan->id_count++;
    }
    return true;
}

static bool read_duplicates(struct resolving *r, const struct gql_selected *selected, struct plan *plan)
{
    const struct gql_datum *ids = resolve_argument(selected, "ids");
    const struct gql_datum *data = resolve_argument(selected, "data");
    plan->target = TARGET_IDS;
    plan->batch = true;
    if (ids != NULL && data != NULL) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "You cannot provide both \"data\" and \"ids\" arguments");
    }
    if (ids == NULL && data == NULL) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "You have to provide either \"data\" or \"ids\" argument");
    }
    if (ids != NULL) {
        return (ids->as.items.count == 0 || check_count(r, ids->as.items.count)) && read_ids(r, ids, plan);
    }
    if (data->as.items.count == 0) {
        return RESOLVE_REFUSE(r, INVALID_ARGS,
                              "The \"data\" condition can not be empty when \"ids\" input not provided");
    }
    return check_count(r, data->as.items.count) && read_inputs(r, data, plan);
}

static bool read_merge(struct resolving *r, const struct gql_selected *selected, struct plan *plan)
{
    const struct gql_datum *ids = resolve_argument(selected, "ids");
    const struct gql_datum *priority = resolve_argument(selected, "conflictPriorityIndex");
    const struct gql_datum *dry_run = resolve_argument(selected, "dryRun");
    plan->target = TARGET_IDS;
    if (ids == NULL) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "Missing required argument: \"ids\" (array)");
    }
    if (priority == NULL || priority->kind != GQL_DATUM_INT) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "Missing required argument: \"conflictPriorityIndex\" (number)");
    }
    size_t count = ids->as.items.count;
    if (count < 2) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "At least 2 record IDs are required for merge");
    }
    if (count > r->limits->max_merge) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "Maximum %zu records can be merged at once", r->limits->max_merge);
    }
    if (priority->as.integer < 0 || (size_t)priority->as.integer >= count) {
        return RESOLVE_REFUSE(r, INVALID_ARGS, "Invalid conflict priority '%d'. Valid options for %zu records: 0-%zu",
                              priority->as.integer, count, count - 1);
    }
    plan->priority = (size_t)priority->as.integer;
    plan->dry_run = dry_run != NULL && dry_run->kind == GQL_DATUM_BOOLEAN && dry_run->as.boolean;
    return read_ids(r, ids, plan);
}

bool resolve_write(struct resolving *r, const struct gql_selected *selected, struct plan *plan)
{
    switch ((enum core_role)selected->field->role) {
    case CORE_CREATE_ONE: return check_shares(r, selected) && read_one_input(r, selected, RECORD_INPUT_CREATE, plan);
    case CORE_CREATE_MANY: return check_shares(r, selected) && read_create_many(r, selected, plan);
    case CORE_UPDATE_ONE:
        return read_target(r, selected, plan) && read_one_input(r, selected, RECORD_INPUT_UPDATE, plan);
    case CORE_UPDATE_MANY:
        return read_many(r, selected, plan) && read_one_input(r, selected, RECORD_INPUT_UPDATE, plan);
    case CORE_DELETE_MANY:
    case CORE_DESTROY_MANY:
    case CORE_RESTORE_MANY: return read_many(r, selected, plan);
    case CORE_DUPLICATES: return read_duplicates(r, selected, plan);
    case CORE_MERGE: return read_merge(r, selected, plan);
    default: return read_target(r, selected, plan);
    }
}

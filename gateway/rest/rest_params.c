/* Query parameters (contract 1.3 and 2). Unknown ones are ignored, as the contract says; known ones never are. */
#include "gateway/rest/rest_params.h"

#include "gateway/rest/rest.h"
#include <stdint.h>

enum { FIELDS_MAX = 1000 };

static bool given(const struct query_param *param)
{
    return param != NULL && param->value.len > 0;
}

static bool read_limit(const struct query_params *params, const struct rest_limits *limits, struct rest_params *out,
                       struct err *err)
{
    const struct query_param *param = query_get(params, "limit");
    out->limit = limits->page_size_default;
    if (!given(param)) {
        return true;
    }
    int64_t limit = 0;
    struct str digits = param->value;
    while (digits.len > 1 && digits.ptr[0] == '0') {
        digits = str_slice(digits, 1, digits.len);
    }
    bool number = digits.len > 0 && digits.ptr[0] != '-';
    for (size_t i = 0; i < digits.len; i++) {
        number = number && digits.ptr[i] >= '0' && digits.ptr[i] <= '9';
    }
    if (!number) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_LIMIT_QUERY_PARAM",
                            "limit '%.*s' is invalid. Should be an integer", STR_ARG(str_cut(param->value, 80)));
    }
    /* Longer than an int64 is above every maximum, and so is clamped as well. */
    if (!str_to_int64(digits, 0, INT64_MAX, &limit) || (uint64_t)limit > limits->page_size_max) {
        out->limit = limits->page_size_max;
        return true;
    }
    out->limit = (size_t)limit;
    return true;
}

static bool read_depth(const struct query_params *params, const struct rest_limits *limits, struct rest_params *out,
                       struct err *err)
{
    const struct query_param *param = query_get(params, "depth");
    if (!given(param)) {
        return true;
    }
    char digit = param->value.len == 1 ? param->value.ptr[0] : 'x';
    if (digit < '0' || digit > '2' || (size_t)(digit - '0') > limits->max_depth) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_DEPTH_QUERY_PARAM",
                            "'depth=%.*s' parameter invalid. Allowed values are %s", STR_ARG(str_cut(param->value, 80)),
                            limits->max_depth > 1 ? "0, 1, 2" : "0, 1");
    }
    out->depth = (size_t)(digit - '0');
    return true;
}

static bool read_cursors(const struct query_params *params, struct rest_params *out, struct err *err)
{
    const struct query_param *after = query_get(params, "starting_after");
    const struct query_param *before = query_get(params, "ending_before");
    if (given(after) && given(before)) {
        return err_fail_tag(err, ERR_INVALID, "ARGS_CONFLICT",
                            "'starting_after' and 'ending_before' cannot be used together");
    }
    out->after = given(after) ? after->value : STR_EMPTY;
    out->before = given(before) ? before->value : STR_EMPTY;
    return true;
}

static bool read_count(const struct query_params *params, struct rest_params *out, struct err *err)
{
    static const char *const names[] = {
        [COUNT_EXACT] = "exact", [COUNT_ESTIMATED] = "estimated", [COUNT_NONE] = "none"};
    const struct query_param *param = query_get(params, "count");
    if (!given(param)) {
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_is(param->value, names[i])) {
            out->count = (enum plan_count)i;
            return true;
        }
    }
    return err_fail_tag(err, ERR_INVALID, "INVALID_COUNT_QUERY_PARAM",
                        "'count=%.*s' parameter invalid. Allowed values are exact, estimated, none",
                        STR_ARG(str_cut(param->value, 80)));
}

static bool add_field(struct rest_params *out, struct str *names, struct str name, struct err *err)
{
    for (size_t i = 0; i < out->field_count; i++) {
        if (str_eq(names[i], name)) {
            return true;
        }
    }
    if (out->field_count == FIELDS_MAX) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_FIELDS_QUERY_PARAM", "'fields' names more than %d fields",
                            FIELDS_MAX);
    }
    names[out->field_count++] = name;
    return true;
}

static bool read_fields(struct arena *arena, const struct query_params *params, struct rest_params *out,
                        struct err *err)
{
    struct str *names = NULL;
    for (size_t i = 0; i < params->count; i++) {
        if (!str_is(params->items[i].name, "fields")) {
            continue;
        }
        out->fields_given = true;
        if (names == NULL) {
            names = ARENA_ARRAY(arena, struct str, FIELDS_MAX);
        }
        struct str rest = params->items[i].value;
        struct str part;
        while (rest.ptr != NULL && str_split(&rest, ',', &part)) {
            part = str_trim(part);
            if (part.len > 0 && !add_field(out, names, part, err)) {
                return false;
            }
        }
    }
    out->fields = names;
    if (out->fields_given && out->field_count == 0) {
        return err_fail_tag(err, ERR_INVALID, "INVALID_FIELDS_QUERY_PARAM",
                            "'fields' parameter invalid. At least one field name is expected");
    }
    return true;
}

/* Given once; a repeated one counts as absent (contract 2.1, 2.2). */
static struct str single(const struct query_params *params, const char *name)
{
    const struct query_param *param = query_get(params, name);
    return given(param) && !param->repeated ? param->value : STR_EMPTY;
}

static bool is_word(const struct query_params *params, const char *name, const char *word)
{
    const struct query_param *param = query_get(params, name);
    return param != NULL && str_is(param->value, word);
}

bool rest_params_read(struct arena *arena, struct str query, const struct rest_limits *limits, struct rest_params *out,
                      struct err *err)
{
    *out = (struct rest_params){.limit = limits->page_size_default};
    if (query.len == 0) {
        return true;
    }
    struct query_params params;
    if (!query_parse(arena, query, &params, err)) {
        return false;
    }
    out->soft_delete = is_word(&params, "soft_delete", "true");
    out->upsert = is_word(&params, "upsert", "true");
    out->keep_deleted = is_word(&params, "revive", "false");
    out->filter = single(&params, "filter");
    out->order_by = single(&params, "order_by");
    return read_depth(&params, limits, out, err) && read_limit(&params, limits, out, err) &&
           read_cursors(&params, out, err) && read_count(&params, out, err) && read_fields(arena, &params, out, err);
}

/* Arguments of operations on views (gateway/views) into what is to be done. */
#include "gateway/metaquery/metaquery_inner.h"

static const struct json *argument(struct arena *arena, const struct gql_selected *root, const char *name)
{
    const struct gql_datum *datum = gql_selected_argument(root, name);
    return datum == NULL || datum->kind == GQL_DATUM_NULL ? NULL : gql_datum_json(arena, datum);
}

static bool read_id(const struct json *json, struct uuid *out, struct err *err)
{
    if (json == NULL) {
        return err_fail_tag(err, ERR_INVALID, "BAD_USER_INPUT", "'' is not a valid UUID");
    }
    struct str shown = str_cut(json->text, 80);
    return (json->type == JSON_STRING && uuid_parse(json->text, out)) ||
           err_fail_tag(err, ERR_INVALID, "BAD_USER_INPUT", "'%.*s' is not a valid UUID", STR_ARG(shown));
}

static struct str words_of(struct arena *arena, const struct json *list)
{
    struct strbuf out = {0};
    JSON_EACH(word, list)
    {
        strbuf_puts(&out, out.len > 0 ? " " : "");
        strbuf_put(&out, word->text);
    }
    struct str words = arena_copy(arena, strbuf_str(&out));
    strbuf_release(&out);
    return words;
}

static bool read_list(struct arena *arena, struct metaquery *out, struct err *err)
{
    struct piece_query *pieces = &out->pieces;
    const char *name = piece_kinds[pieces->operation->kind].parent_name;
    const struct json *parent = argument(arena, out->root, name);
    const struct json *types = argument(arena, out->root, "viewTypes");
    pieces->narrowed = parent != NULL;
    pieces->none = types != NULL && types->count == 0;
    pieces->types = types == NULL ? STR_EMPTY : words_of(arena, types);
    return parent == NULL || read_id(parent, &pieces->parent, err);
}

static bool read_op(const struct json *input, bool nested, struct piece_op *op, struct err *err)
{
    op->input = nested ? json_get(input, "update") : input;
    return !nested || read_id(json_get(input, "id"), &op->id, err);
}

static bool read_many(const struct json *inputs, bool nested, struct piece_change *change, struct err *err)
{
    JSON_EACH(input, inputs)
    {
        if (!read_op(input, nested, &change->ops[change->op_count++], err)) {
            return false;
        }
    }
    return true;
}

static bool read_change(struct arena *arena, struct metaquery *out, struct err *err)
{
    static const enum piece_verb verbs[] = {
        [PIECE_DO_CREATE] = PIECE_CREATE,
        [PIECE_DO_UPDATE] = PIECE_UPDATE,
        [PIECE_DO_DELETE] = PIECE_DELETE,
        [PIECE_DO_DESTROY] = PIECE_DESTROY,
    };
    const struct piece_operation *operation = out->pieces.operation;
    struct piece_change *change = &out->pieces.change;
    const struct json *inputs = argument(arena, out->root, "inputs");
    const struct json *input = argument(arena, out->root, "input");
    *change = (struct piece_change){.kind = operation->kind,
                                    .verb = verbs[operation->action],
                                    .ops = ARENA_ARRAY(arena, struct piece_op, inputs == NULL ? 1 : inputs->count + 1)};
    switch (operation->arguments) {
    case PIECE_BY_INPUTS: return read_many(inputs, false, change, err);
    case PIECE_BY_NESTED_MANY: return read_many(inputs, true, change, err);
    default: change->op_count = 1; break;
    }
    switch (operation->arguments) {
    case PIECE_BY_NESTED: return read_op(input, true, change->ops, err);
    case PIECE_BY_INPUT_ID: return read_id(json_get(input, "id"), &change->ops[0].id, err);
    case PIECE_BY_ID:
    case PIECE_BY_ID_AND_INPUT:
        change->ops[0].input = input;
        return read_id(argument(arena, out->root, "id"), &change->ops[0].id, err);
    default: change->ops[0].input = input; return true;
    }
}

/* Are lists of pieces within the pieces asked for? */
static bool is_deep(const struct gql_selected *root)
{
    for (const struct gql_selected *member = root->first; member != NULL; member = member->next) {
        if (member->first != NULL) {
            return true;
        }
    }
    return false;
}

bool read_pieces(struct arena *arena, struct metaquery *out, struct err *err)
{
    out->pieces.operation = piece_operation_find(out->root->field->name);
    out->pieces.deep = is_deep(out->root);
    out->settings = !piece_operation_is_query(out->pieces.operation);
    switch (out->pieces.operation->action) {
    case PIECE_DO_LIST: return read_list(arena, out, err);
    case PIECE_DO_GET: return read_id(argument(arena, out->root, "id"), &out->id, err);
    default: return read_change(arena, out, err);
    }
}

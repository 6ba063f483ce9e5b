/* Views over GraphQL, by the operations of pieces.h. */
#include "gateway/request/graphql_metadata.h"

static struct request *request_of(const struct metadata_field *metadata)
{
    return metadata->field->request;
}

/* False when the field has been ended. */
static bool succeeded(struct metadata_field *metadata, const struct piece_answer *answer)
{
    /* Asked first: the answer may be gone with its request when that has been ended. */
    bool good = answer->err == NULL && answer->report == NULL && answer->failure == NULL;
    if (answer->failure != NULL) {
        struct err err = answer->failure->err;
        failure_log(answer->failure, request_of(metadata)->id);
        err.tag = "INTERNAL_SERVER_ERROR";
        metadata_refuse(metadata, REPORT_KIND_COUNT, REPORT_CREATE, &err);
    } else if (answer->report != NULL) {
        metadata_report(metadata, answer->report);
    } else if (answer->err != NULL) {
        metadata_refuse(metadata, REPORT_KIND_COUNT, REPORT_CREATE, answer->err);
    }
    return good;
}

static void on_list(struct piece_call *call, const struct piece_answer *answer)
{
    struct metadata_field *metadata = call->context;
    if (succeeded(metadata, answer)) {
        metadata_answer_list(metadata, answer->documents, answer->count);
    }
}

static void on_one(struct piece_call *call, const struct piece_answer *answer)
{
    struct metadata_field *metadata = call->context;
    if (!succeeded(metadata, answer)) {
        return;
    }
    if (metadata->query.pieces.operation->boolean) {
        metadata_answer(metadata, STR("true"));
    } else {
        metadata_answer(metadata, answer->count == 0 ? STR_EMPTY : answer->documents[0]);
    }
}

void metadata_resolve_pieces(struct metadata_field *metadata)
{
    const struct piece_query *pieces = &metadata->query.pieces;
    const struct piece_operation *operation = pieces->operation;
    struct piece_call *call = &metadata->pieces;
    bool is_list = piece_operation_is_list(operation);
    *call = (struct piece_call){.request = request_of(metadata),
                                .on_done = is_list ? on_list : on_one,
                                .context = metadata,
                                .deep = pieces->deep};
    if (pieces->none || (!piece_operation_is_query(operation) && pieces->change.op_count == 0)) {
        metadata_answer(metadata, STR("[]"));
    } else if (operation->action == PIECE_DO_LIST) {
        piece_list(call, operation->kind, pieces->narrowed ? &pieces->parent : NULL, pieces->types);
    } else if (operation->action == PIECE_DO_GET) {
        piece_get(call, operation->kind, &metadata->query.id);
    } else {
        piece_write(call, &pieces->change);
    }
}

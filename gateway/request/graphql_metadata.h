/* One root field of POST /metadata while it is resolved. Internal to the room. */
#ifndef PORTTI_REQUEST_GRAPHQL_METADATA_H
#define PORTTI_REQUEST_GRAPHQL_METADATA_H

#include "gateway/metaquery/metaquery.h"
#include "gateway/remodel/remodel.h"
#include "gateway/request/graphql.h"
#include "gateway/request/pieces.h"
#include "gateway/request/settings.h"

struct metadata_field {
    struct graphql_field *field;
    struct metaquery query;
    struct remodel_job change; /* of the model */
    struct piece_call pieces;  /* of views */
    struct settings_call call; /* of keys, roles and the workspace */
    struct request *inside;    /* of webhooks: what REST's handler is asked */
    struct str before;         /* of a webhook that is deleted: how it was */
    struct pg_job job;         /* of counts */
    struct pg_command command;
};

/* The end of the field, with a JSON document (empty: null) of which the members that were selected are answered. */
void metadata_answer(struct metadata_field *field, struct str document);
/* The same with a list of documents. */
void metadata_answer_list(struct metadata_field *field, const struct str *documents, size_t count);
/* With a refusal of ours; `kind` is whose report it makes, where it is one of those that the contract reports. */
void metadata_refuse(struct metadata_field *field, enum report_kind kind, enum report_verb verb, const struct err *err);

/* With a report of all that is wrong. */
void metadata_report(struct metadata_field *field, const struct report *report);

/* Views (graphql_pieces.c). */
void metadata_resolve_pieces(struct metadata_field *field);
/* Everything that is not the model (graphql_settings.c). */
void metadata_resolve_settings(struct metadata_field *field);

#endif

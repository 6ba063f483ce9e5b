/* A document once more, against the schema of a newer model: see replan.c. */
#include "gateway/request/graphql.h"

struct graphql_again {
    struct schema_set *schemas;
    struct cached_document *document;
    struct gql_prepared prepared;
    struct graphql_again *next;
};

static bool prepare(struct graphql *graphql, struct graphql_again *again, const struct transport_call *asked,
                    struct str source, struct gql_errors *errors)
{
    struct request *request = graphql->request;
    struct gql_limits limits = request->worker->settings->graphql.limits;
    const struct gql_schema *schema = schema_set_get(again->schemas, graphql->endpoint);
    bool hit = false;
    limits.hide_suggestions = !graphql->may_introspect;
    again->document =
        document_cache_get(&request->worker->documents, request->arena, schema,
                           schema_set_version(again->schemas, graphql->endpoint), source, &limits, errors, &hit);
    return again->document != NULL &&
           gql_prepare_document(request->arena, schema, again->document->document, again->document->ahead,
                                asked->operation_name, asked->variables, &limits, &again->prepared, errors);
}

const struct gql_prepared *graphql_prepare_again(struct graphql *graphql, struct graphql_again **list,
                                                 const struct transport_call *asked, struct str source, struct err *err)
{
    struct request *request = graphql->request;
    struct schema_set *newest = request->worker->schemas;
    struct gql_errors errors = {.arena = request->arena, .source = source};
    if (*list != NULL && (*list)->schemas == newest) {
        return &(*list)->prepared;
    }
    if (schema_set_get(newest, graphql->endpoint) == NULL) {
        err_fail_tag(err, ERR_UNAVAILABLE, "SERVICE_UNAVAILABLE", "There is no GraphQL schema of the data model");
        return NULL;
    }
    struct graphql_again *again = ARENA_NEW(request->arena, struct graphql_again);
    again->schemas = schema_set_ref(newest);
    if (!prepare(graphql, again, asked, source, &errors)) {
        struct str why =
            errors.first == NULL ? STR("The document does not fit the model any more") : errors.first->message;
        document_cache_put(&request->worker->documents, again->document);
        schema_set_unref(again->schemas);
        err_fail_tag(err, ERR_INVALID, "GRAPHQL_VALIDATION_FAILED", "%.*s", STR_ARG(why));
        return NULL;
    }
    again->next = *list;
    *list = again;
    return &again->prepared;
}

void graphql_again_release(struct request *request, struct graphql_again **list)
{
    for (struct graphql_again *again = *list; again != NULL; again = again->next) {
        document_cache_put(&request->worker->documents, again->document);
        schema_set_unref(again->schemas);
    }
    *list = NULL;
}

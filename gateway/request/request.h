/*
 * The life of a request on a worker: route, authenticate, plan, policy, execute, answer. One struct request_worker a
 * thread; nothing here is shared between threads but the rate table and the metrics.
 */
#ifndef PORTTI_REQUEST_REQUEST_H
#define PORTTI_REQUEST_REQUEST_H

#include "common/crypto/digest.h"
#include "common/http/http_server.h"
#include "common/zip/zip.h"
#include "gateway/auth/auth.h"
#include "gateway/catalogue/catalogue.h"
#include "gateway/execute/operation.h"
#include "gateway/graphql/limits.h"
#include "gateway/resolve/resolve.h"
#include "gateway/rest/rest.h"
#include "gateway/transport/document_cache.h"
#include <stdbool.h>

struct live;
struct remodel;
struct persisted_store;
struct schema_set;

enum introspection { INTROSPECTION_ON, INTROSPECTION_OFF, INTROSPECTION_ADMIN }; /* in the order of the setting */

struct graphql_settings {
    struct gql_limits limits;
    struct resolve_limits resolve;
    enum introspection introspection;
    size_t max_batch; /* operations of one request; 0: lists are refused */
    size_t cache_bytes;
    int64_t timeout_us;
    struct persisted_store *persisted; /* shared by all workers */
};

struct request_settings {
    struct graphql_settings graphql;
    struct rest_limits limits;
    size_t max_answer;                 /* bytes of a body */
    const char *cors_origin;           /* "*", an origin, or "" for none */
    uint8_t webhook_key[SEAL_KEY_LEN]; /* seals webhook secrets */
    uint8_t answer_key[SEAL_KEY_LEN];  /* seals answers that an Idempotency-Key keeps */
    struct rate_table *rates;          /* shared by all workers */
    struct remodel *remodel;           /* shared: carries out changes of the model */
    bool bare_metadata;                /* answers of /rest/metadata/objects and fields stand without "data" */
    bool rate_limited;
    bool compression;
    size_t compress_min; /* bytes of a body that is worth compressing */
};

struct docs;

struct request_worker {
    struct executor executor;
    struct token_checker *tokens;
    struct keyring *keyring;    /* NULL until loaded */
    struct model *model;        /* NULL until loaded */
    struct schema_set *schemas; /* of the same catalogue; NULL when there are none */
    struct document_cache documents;
    struct live *live; /* what subscriptions listen to */
    const struct request_settings *settings;
    struct loop_timer log_timer; /* started by the first line after a flush */
    struct docs *docs;           /* the OpenAPI documents; NULL until one is asked for */
    struct zip *zip;             /* NULL until the first answer that is compressed */
    uint64_t id_prefix;          /* of request ids */
    uint64_t id_next;
};

/* The http_handler; `context` is the struct request_worker. */
void request_handle(void *context, struct http_exchange *exchange);
/* For http_server_options.error_body. */
struct str request_error_body(struct strbuf *out, int status, const char *sentence);
/* Once executor and settings are set. */
void request_worker_init(struct request_worker *worker);
/* On the worker's thread; both take over the caller's references. The schemas are the catalogue's. */
void request_worker_set_catalogue(struct request_worker *worker, struct catalogue *catalogue,
                                  struct schema_set *schemas);
void request_worker_set_keyring(struct request_worker *worker, struct keyring *keyring);
void request_worker_release(struct request_worker *worker);
bool request_worker_ready(const struct request_worker *worker);
/* Once, before the threads. */
void request_register_metrics(void);

#endif

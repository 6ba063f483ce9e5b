/* What the files about webhooks share: rows of core.webhook, jobs on the slow pool, refusals. Internal to the room. */
#ifndef PORTTI_REQUEST_WEBHOOK_ROWS_H
#define PORTTI_REQUEST_WEBHOOK_ROWS_H

#include "gateway/metadata/webhook.h"
#include "gateway/request/request_private.h"
#include "gateway/sql/sql_type.h"

/* Of "core.webhook w", for webhook_read_row. */
#define WEBHOOK_COLUMNS                                                                                                \
    "w.id, w.target_url, w.operations, w.description, w.secret, w.created_at, w.updated_at,"                           \
    " (select application_custom_id from core.workspace), w.delivery_order, w.retry_schedule, w.rate_limit,"           \
    " w.filter, w.fields, w.payload, w.headers, w.max_bytes::bigint, w.signature, w.signing_key,"                      \
    " w.paused_at is not null, w.disabled_at, w.disabled_reason,"                                                      \
    " (select h.failing_since from core.webhook_health h where h.webhook_id = w.id),"                                  \
    " (select max(u) from unnest(w.old_until) u where u > now()), w.authorities, w.client_certificate"

typedef void (*webhook_done)(void *context, struct pg_result *const *results, const struct pg_failure *failure);

/* False when the request has been ended: what is sealed cannot be opened. */
MUST_CHECK bool webhook_read_row(struct request *request, const struct pg_result *result, size_t row,
                                 struct webhook *out);
/* One statement; `types` and `params` live as long as the request. */
void webhook_run(struct request *request, enum pg_job_kind kind, struct sql sql, const struct pg_param *params,
                 webhook_done on_done, void *context);
/* Reads the webhook, as webhook_read_row wants it; no row when there is none. */
void webhook_read(struct request *request, const struct uuid *id, webhook_done on_done, void *context);
/* Answers with the webhook in row 0, or that there is none. */
void webhook_answer(struct request *request, const struct pg_result *result, int status);

void webhook_not_found(struct request *request);
/* 400 with the code INVALID_WEBHOOK_INPUT. */
void webhook_refuse(struct request *request, const char *sentence);
/* The body; with `optional`, an absent one is {}. NULL with `*err`. */
MUST_CHECK struct json *webhook_body(struct request *request, bool optional, struct err *err);

/* text[]; NULL for NULL. */
const struct str *webhook_column_texts(struct request *request, const struct pg_result *result, size_t row, size_t at,
                                       size_t *count);

struct pg_param webhook_param_time(struct request *request, int64_t us);
struct pg_param webhook_param_texts(struct request *request, const struct str *texts, size_t count);
/* A NULL ptr is null. */
struct pg_param webhook_param_text(struct str text);
struct pg_param webhook_param_sealed(struct request *request, struct str secret);
/* 64 hex digits; a fresh "whsk_…". */
struct str webhook_fresh_secret(struct arena *arena);
struct str webhook_fresh_signing_key(struct arena *arena);

/* webhook_actions.c: /rest/metadata/webhooks/{id}/{action}. NULL when there is none of that name. */
const struct webhook_action *webhook_action_find(struct str name);
/* "POST, OPTIONS" and the like. */
struct str webhook_action_allows(const struct webhook_action *action);
void handle_webhook_action(struct request *request, const struct settings_route *route);
/* webhook_deliveries.c: /rest/metadata/webhookDeliveries[/{id}], and with POST /{id}/resend */
void handle_deliveries(struct request *request, const struct settings_route *route);

#endif

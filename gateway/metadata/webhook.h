/*
 * Webhooks as the metadata API shows and takes them (contract: metadata section 8). Pure: the secret is in clear here,
 * sealing it is the caller's.
 */
#ifndef PORTTI_METADATA_WEBHOOK_H
#define PORTTI_METADATA_WEBHOOK_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/text/json_read.h"
#include "common/text/uuid.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WEBHOOK_URL_MAX = 2048,
    WEBHOOK_OPERATIONS_MAX = 200,
    WEBHOOK_OPERATION_MAX = 200,
    WEBHOOK_DESCRIPTION_MAX = 4096,
    WEBHOOK_SECRET_MAX = 256
};

struct webhook {
    struct uuid id;
    struct str target_url; /* in normal form */
    const struct str *operations;
    size_t operation_count;
    struct str description; /* NULL ptr: null */
    struct str secret;
    struct uuid application_id;
    int64_t created_us;
    int64_t updated_us;
};

/* What a body names. */
struct webhook_given {
    bool id, target_url, operations, description, secret;
};

/* A create's body: targetUrl is required. `out` gets what was given, the rest stays zeroed (operations default to
 * every event). Unknown properties are ignored, as the contract says. */
MUST_CHECK bool webhook_read_create(struct arena *arena, const struct json *body, struct webhook *out,
                                    struct webhook_given *given, struct err *err);
/* An update's body: any subset of targetUrl, operations, description, secret. */
MUST_CHECK bool webhook_read_update(struct arena *arena, const struct json *body, struct webhook *out,
                                    struct webhook_given *given, struct err *err);
void webhook_put_json(struct strbuf *out, const struct webhook *webhook);

#endif

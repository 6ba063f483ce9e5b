/* clang-format off */
/*
 * Webhooks as the metadata API shows and takes them (contract: metadata section 8). Pure: secrets are in clear here,
 * sealing them is the caller's.
 *
 * Beside the contract's properties (id, targetUrl, operations, description, secret, applicationId, createdAt,
 * updatedAt, deletedAt) a webhook has these, all optional when it is created or changed; null brings the default back:
 *
 *   order             "none" | "record" (default) | "endpoint": which of its deliveries wait for each other
 *   retrySchedule     ["5s","30s","5m"]: delays before the retries, 1ms to 30d, at most 32; []: none; null (default):
 *                     as the dispatcher's settings say
 *   rateLimit         "100/s" | "90/min" | "1000/h" | "off"; null (default): as the settings say
 *   filter            a filter in the grammar of GET /rest/{objects}?filter=, over the record of the event, with the
 *                     field updatedFields beside its own (updatedFields[containsAny]:[name,address]; null but for
 *                     updates); at most 8192 bytes; null (default): every event
 *   fields            ["name","address"]: of the record only these, and its id; at most 200; null (default): all
 *   payload           "full" (default) | "thin": of the record only its id, and "payload":"thin" at the body's end
 *   headers           {"X-Tenant":"north"}: added to each delivery; at most 20, names of at most 100 characters, values
 *                     of at most 2048; not those that the server sets itself; {} (default): none
 *   maxBytes          1024 to 16777216: a larger body is sent thin; null (default): as the settings say
 *   signature         "v1" (default) | "v1a": v1a adds an ed25519 signature to webhook-signature
 *   authorities       certificates in PEM: the receiver's must lead to one of these, in place of all others; null
 *                     (default): as the settings say
 *   clientCertificate, clientKey   PEM, set together: what the receiver knows us by; null (default). The key is never
 *                     shown
 *   paused            true | false (default): events are kept and wait
 *
 * and these are shown only:
 *
 *   publicKey         "whpk_…" | null: what v1a signatures verify with
 *   status            "active" | "paused" | "disabled"
 *   disabledAt, disabledReason   time and sentence, or null
 *   failingSince      time | null: since when nothing but failures came of its deliveries
 *   oldSecretsUntil   time | null: until then what rotateSecret has replaced signs too
 */
/* clang-format on */
#ifndef PORTTI_METADATA_WEBHOOK_H
#define PORTTI_METADATA_WEBHOOK_H

#include "common/base/arena.h"
#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/text/json_read.h"
#include "common/text/uuid.h"
#include "common/webhook/webhook_headers.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WEBHOOK_URL_MAX = 2048,
    WEBHOOK_OPERATIONS_MAX = 200,
    WEBHOOK_OPERATION_MAX = 200,
    WEBHOOK_DESCRIPTION_MAX = 4096,
    WEBHOOK_SECRET_MAX = 256,
    WEBHOOK_FILTER_MAX = 8192,
    WEBHOOK_FIELDS_MAX = 200,
    WEBHOOK_FIELD_MAX = 128,
    WEBHOOK_BYTES_LEAST = 1024,
    WEBHOOK_BYTES_MOST = 16 * 1024 * 1024
};

/* A text with a NULL ptr is null. */
struct webhook {
    struct uuid id;
    struct str target_url; /* in normal form */
    const struct str *operations;
    size_t operation_count;
    struct str description;
    struct str secret;
    struct uuid application_id;
    int64_t created_us;
    int64_t updated_us;

    struct str order;
    struct str retry_schedule; /* "5s,30s"; "none": no retries */
    struct str rate_limit;
    struct str filter;
    const struct str *fields; /* NULL: all */
    size_t field_count;
    struct str payload;
    const struct webhook_header *headers;
    size_t header_count;
    int64_t max_bytes; /* 0: null */
    struct str signature;
    struct str authorities;
    struct str client_certificate;
    struct str client_key; /* read from bodies only */
    bool paused;

    struct str public_key;
    int64_t disabled_us; /* 0: null, in what follows too */
    struct str disabled_reason;
    int64_t failing_since_us;
    int64_t old_until_us;
};

/* What a body names. */
struct webhook_given {
    bool id, target_url, operations, description, secret;
    bool order, retry_schedule, rate_limit, filter, fields, payload, headers, max_bytes, signature, paused;
    bool authorities, client;
};

/* A create's body: targetUrl is required. `out` gets what was given and the defaults of the rest. Unknown properties
 * are ignored, as the contract says. */
MUST_CHECK bool webhook_read_create(struct arena *arena, const struct json *body, struct webhook *out,
                                    struct webhook_given *given, struct err *err);
/* An update's body: any subset. */
MUST_CHECK bool webhook_read_update(struct arena *arena, const struct json *body, struct webhook *out,
                                    struct webhook_given *given, struct err *err);
void webhook_put_json(struct strbuf *out, const struct webhook *webhook);

#endif

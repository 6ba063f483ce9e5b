/* A webhook's own certificates, unsealed. Counted, since a delivery may be under way when they are replaced. */
#ifndef PORTTI_DISPATCHER_APP_HOOK_TLS_H
#define PORTTI_DISPATCHER_APP_HOOK_TLS_H

#include "common/crypto/digest.h"
#include "dispatcher/consume/lookup.h"
#include "dispatcher/send/sender.h"

struct hook_tls {
    struct send_tls send; /* into texts of its own */
    char *sealed_key;
    bool key_unreadable; /* nothing may be sent */
    size_t references;
};

/* For that row: `old`, when it says the same, otherwise new ones, or NULL when it says nothing; `old` is then given up.
 */
struct hook_tls *hook_tls_take(struct hook_tls *old, const struct webhook_row *row,
                               const uint8_t seal_key[SEAL_KEY_LEN]);
/* NULL gives NULL. */
struct hook_tls *hook_tls_ref(struct hook_tls *tls);
/* Gives one reference back; NULL is fine. */
void hook_tls_free(struct hook_tls *tls);

#endif

#include "dispatcher/app/hook_tls.h"
#include "common/base/alloc.h"
#include "common/base/secret.h"
#include <stdlib.h>

static struct str copy(struct str text)
{
    if (text.len == 0) {
        return STR_EMPTY;
    }
    char *bytes = xmalloc(text.len);
    memcpy(bytes, text.ptr, text.len);
    return str_of(bytes, text.len);
}

static void drop(struct str text)
{
    if (text.len > 0) {
        secret_wipe((void *)(uintptr_t)text.ptr, text.len);
        free((void *)(uintptr_t)text.ptr);
    }
}

static bool says_the_same(const struct hook_tls *tls, const struct webhook_row *row)
{
    return str_eq(tls->send.authorities, row->authorities) && str_eq(tls->send.certificate, row->client_certificate) &&
           str_is(row->client_key, tls->sealed_key);
}

static struct hook_tls *tls_new(const struct webhook_row *row, const uint8_t seal_key[SEAL_KEY_LEN])
{
    struct arena arena = {0};
    struct str key = STR_EMPTY;
    struct hook_tls *tls = xcalloc(1, sizeof(*tls));
    tls->references = 1;
    tls->key_unreadable = row->client_key.len > 0 && !unseal(&arena, seal_key, row->client_key, &key);
    tls->sealed_key = str_dup(row->client_key);
    tls->send = (struct send_tls){copy(row->authorities), copy(row->client_certificate), copy(key)};
    if (key.len > 0) {
        secret_wipe((void *)(uintptr_t)key.ptr, key.len);
    }
    arena_release(&arena);
    return tls;
}

struct hook_tls *hook_tls_take(struct hook_tls *old, const struct webhook_row *row,
                               const uint8_t seal_key[SEAL_KEY_LEN])
{
    if (old != NULL && says_the_same(old, row)) {
        return old;
    }
    hook_tls_free(old);
    return row->authorities.len + row->client_certificate.len > 0 ? tls_new(row, seal_key) : NULL;
}

struct hook_tls *hook_tls_ref(struct hook_tls *tls)
{
    if (tls != NULL) {
        tls->references++;
    }
    return tls;
}

void hook_tls_free(struct hook_tls *tls)
{
    if (tls == NULL || --tls->references > 0) {
        return;
    }
    drop(tls->send.authorities);
    drop(tls->send.certificate);
    drop(tls->send.key);
    free(tls->sealed_key);
    free(tls);
}

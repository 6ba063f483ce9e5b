#include "gateway/auth/auth.h"

#include "common/base/alloc.h"
#include <stdlib.h>
#include <string.h>

struct keyring *keyring_new(void)
{
    struct keyring *keyring = xcalloc(1, sizeof *keyring);
    atomic_init(&keyring->references, 1);
    return keyring;
}

static const struct role *role_copied(const struct role *role, const struct role *roles, size_t role_count,
                                      const struct role *copies)
{
    for (size_t i = 0; i < role_count; i++) {
        if (role == &roles[i]) {
            return &copies[i];
        }
    }
    return NULL;
}

static void *rules_copied(struct arena *arena, const void *rules, size_t count, size_t size)
{
    void *copy = arena_array(arena, count, size);
    if (count > 0) {
        memcpy(copy, rules, count * size);
    }
    return copy;
}

void keyring_build(struct keyring *keyring, const struct api_key *keys, size_t key_count, const struct role *roles,
                   size_t role_count)
{
    struct role *role_copies = ARENA_ARRAY(&keyring->arena, struct role, role_count);
    for (size_t i = 0; i < role_count; i++) {
        role_copies[i] = roles[i];
        role_copies[i].label = arena_copy(&keyring->arena, roles[i].label);
        role_copies[i].objects =
            rules_copied(&keyring->arena, roles[i].objects, roles[i].object_count, sizeof *roles[i].objects);
        role_copies[i].fields =
            rules_copied(&keyring->arena, roles[i].fields, roles[i].field_count, sizeof *roles[i].fields);
    }
    keyring->keys = ARENA_ARRAY(&keyring->arena, struct api_key, key_count);
    keyring->key_count = key_count;
    map_release(&keyring->by_id);
    for (size_t i = 0; i < key_count; i++) {
        struct api_key *key = &keyring->keys[i];
        *key = keys[i];
        key->name = arena_copy(&keyring->arena, keys[i].name);
        key->role = role_copied(keys[i].role, roles, role_count, role_copies);
        map_set(&keyring->by_id, str_of((const char *)key->id.bytes, sizeof key->id.bytes), key);
    }
}

struct keyring *keyring_ref(struct keyring *keyring)
{
    atomic_fetch_add_explicit(&keyring->references, 1, memory_order_relaxed);
    return keyring;
}

void keyring_unref(struct keyring *keyring)
{
    if (keyring != NULL && atomic_fetch_sub_explicit(&keyring->references, 1, memory_order_acq_rel) == 1) {
        map_release(&keyring->by_id);
        arena_release(&keyring->arena);
        free(keyring);
    }
}

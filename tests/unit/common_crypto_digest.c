#include "common/base/strbuf.h"
#include "common/crypto/digest.h"
#include "common/text/encode.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static struct str bytes_of(const uint8_t digest[SHA256_LEN])
{
    return str_of((const char *)digest, SHA256_LEN);
}

static void check_hex(const uint8_t digest[SHA256_LEN], const char *wanted)
{
    struct strbuf out = {0};
    hex_put(&out, bytes_of(digest));
    assert_string_equal(strbuf_cstr(&out), wanted);
    strbuf_release(&out);
}

static void mac_of(struct str secret, const struct str *pieces, size_t count, uint8_t out[SHA256_LEN])
{
    struct hmac_key *key = hmac_key_new(secret);
    /* Twice, because the first use must not change the key. */
    hmac_sha256(key, pieces, count, out);
    hmac_sha256(key, pieces, count, out);
    hmac_key_free(key);
}

static void sha256_vectors(void **state)
{
    (void)state;
    uint8_t digest[SHA256_LEN];
    sha256(STR_EMPTY, digest);
    check_hex(digest, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    sha256(STR("abc"), digest);
    check_hex(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* RFC 4231, cases 1, 2 and 6. */
static void hmac_vectors(void **state)
{
    (void)state;
    uint8_t digest[SHA256_LEN];
    char key[131];
    memset(key, 0x0b, 20);
    struct str hi[] = {STR("Hi"), STR_EMPTY, STR(" There")};
    mac_of(str_of(key, 20), hi, ARRAY_LEN(hi), digest);
    check_hex(digest, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    struct str jefe = STR("what do ya want for nothing?");
    mac_of(STR("Jefe"), &jefe, 1, digest);
    check_hex(digest, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    struct str large = STR("Test Using Larger Than Block-Size Key - Hash Key First");
    mac_of(str_of(key, sizeof key), &large, 1, digest);
    check_hex(digest, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    mac_of(STR_EMPTY, NULL, 0, digest);
    check_hex(digest, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

/* The worked example of Twenty's webhooks: the key is the secret's text, not what its hex stands for. */
static void twenty_signature(void **state)
{
    (void)state;
    static const char body[] =
        "{\"targetUrl\":\"https://hooks.example.com/"
        "twenty\",\"eventName\":\"company.updated\",\"objectMetadata\":{\"id\":"
        "\"370985db-22d8-4463-8e5f-2271d30913bd\",\"nameSingular\":\"company\"},\"workspaceId\":\"872cfcf1-c79f-42bc-"
        "877d-5829f06eb3f9\",\"webhookId\":\"90056586-1228-4e03-a507-70140aa85c05\",\"eventDate\":\"2026-01-01T00:00:"
        "00."
        "000Z\",\"record\":{\"id\":\"20202020-3ec3-4fe3-8997-b76aa0bfa408\",\"name\":\"Zo\xC3\xAB & Co "
        "<b>\",\"employees\":42},\"updatedFields\":[\"name\",\"employees\"]}";
    struct str secret = STR("6f1c2b9a4d8e7f30516273849aabbccddeeff00112233445566778899aabbccd");
    uint8_t digest[SHA256_LEN];
    assert_int_equal(sizeof body - 1, 439);
    sha256(str_from(body), digest);
    check_hex(digest, "17c5d5dc5ceaa62288ef895e44416ce8ae1c80b2ee6f6105039e97ca968e2869");
    struct str pieces[] = {STR("1767225600123"), STR(":"), str_from(body)};
    mac_of(secret, pieces, ARRAY_LEN(pieces), digest);
    check_hex(digest, "3ed07cb91195959aa0bde1db100a31d9c54f00e6c7763ad67df91aa266fc8b86");
    struct arena arena = {0};
    struct str decoded;
    assert_true(hex_decode(&arena, secret, &decoded));
    mac_of(decoded, pieces, ARRAY_LEN(pieces), digest);
    check_hex(digest, "6d97d41d5e770d87ec4d94162ee7a7ad6c67a814fefb8cca8a723f915c0b2f92");
    arena_release(&arena);
}

static void standard_webhooks_signature(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct str key;
    uint8_t digest[SHA256_LEN];
    assert_true(base64_decode(&arena, STR("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), &key));
    struct str pieces[] = {STR("msg_p5jXN8AQM9LWM0D4loKWxJek"), STR("."), STR("1614265330"), STR("."),
                           STR("{\"test\": 2432232314}")};
    mac_of(key, pieces, ARRAY_LEN(pieces), digest);
    struct strbuf out = {0};
    base64_put(&out, bytes_of(digest));
    assert_string_equal(strbuf_cstr(&out), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    strbuf_release(&out);
    arena_release(&arena);
}

/* RFC 5869, case 3: no salt, no info. The first 32 bytes of its output. */
static void derived_keys(void **state)
{
    (void)state;
    uint8_t key[SEAL_KEY_LEN];
    uint8_t other[SEAL_KEY_LEN];
    char secret[22];
    memset(secret, 0x0b, sizeof secret);
    derive_key(str_of(secret, sizeof secret), STR_EMPTY, key);
    check_hex(key, "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
    derive_key(str_of(secret, sizeof secret), STR("webhook"), other);
    assert_memory_not_equal(key, other, sizeof key);
}

static void sealed_secrets_open_again(void **state)
{
    (void)state;
    struct arena arena = {0};
    uint8_t key[SEAL_KEY_LEN];
    char text[300];
    derive_key(STR("server secret"), STR("test"), key);
    memset(text, 'x', sizeof text);
    for (size_t len = 0; len <= sizeof text; len++) {
        struct str plain;
        struct str sealed = seal(&arena, key, str_of(text, len));
        assert_true(str_starts_with(sealed, STR("v1.")));
        assert_true(unseal(&arena, key, sealed, &plain));
        assert_true(str_eq(plain, str_of(text, len)));
        assert_false(str_eq(sealed, seal(&arena, key, str_of(text, len))));
    }
    arena_release(&arena);
}

static void changed_seals_are_refused(void **state)
{
    (void)state;
    struct arena arena = {0};
    uint8_t key[SEAL_KEY_LEN];
    uint8_t other[SEAL_KEY_LEN];
    struct str plain = STR("untouched");
    derive_key(STR("server secret"), STR("test"), key);
    derive_key(STR("server secret"), STR("test2"), other);
    struct str sealed = seal(&arena, key, STR("a secret"));
    assert_false(unseal(&arena, other, sealed, &plain));
    for (size_t i = 0; i < sealed.len; i++) {
        char *changed = arena_cstr(&arena, sealed);
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        assert_false(unseal(&arena, key, str_of(changed, sealed.len), &plain));
        assert_false(unseal(&arena, key, str_slice(sealed, 0, i), &plain));
    }
    assert_false(unseal(&arena, key, STR_EMPTY, &plain));
    assert_true(str_is(plain, "untouched"));
    arena_release(&arena);
}

/* A fixed vector, so that what an older version sealed stays readable: key of zeros, nonce of zeros, the test case 2
 * of the GCM specification. */
static void seal_format_is_stable(void **state)
{
    (void)state;
    static const uint8_t key[SEAL_KEY_LEN];
    struct arena arena = {0};
    struct strbuf text = {0};
    struct str bytes;
    struct str plain;
    assert_true(hex_decode(&arena,
                           STR("000000000000000000000000"
                               "cea7403d4d606b6e074ec5d3baf39d18"
                               "d0d1c8a799996bf0265b98b5d48ab919"),
                           &bytes));
    strbuf_puts(&text, "v1.");
    base64url_put(&text, bytes);
    assert_true(unseal(&arena, key, strbuf_str(&text), &plain));
    assert_int_equal(plain.len, 16);
    assert_memory_equal(plain.ptr, key, 16);
    strbuf_release(&text);
    arena_release(&arena);
}

static void *draw(void *out)
{
    random_bytes(out, 16);
    return NULL;
}

static void random_bytes_differ(void **state)
{
    (void)state;
    static uint8_t drawn[1000][16];
    static uint8_t large[10000];
    for (size_t i = 0; i < ARRAY_LEN(drawn) - 1; i++) {
        random_bytes(drawn[i], sizeof drawn[i]);
    }
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, draw, drawn[ARRAY_LEN(drawn) - 1]), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    for (size_t i = 0; i < ARRAY_LEN(drawn); i++) {
        for (size_t j = 0; j < i; j++) {
            assert_memory_not_equal(drawn[i], drawn[j], 16);
        }
    }
    random_bytes(large, sizeof large);
    size_t ones = 0;
    for (size_t i = 0; i < sizeof large; i++) {
        ones += (size_t)__builtin_popcount(large[i]);
    }
    /* 40,000 expected; this is twenty standard deviations. */
    assert_true(ones > 37200 && ones < 42800);
    random_bytes(large, 0);
}

static void forked_processes_draw_different_bytes(void **state)
{
    (void)state;
    uint8_t mine[16];
    uint8_t theirs[16];
    int ends[2];
    random_bytes(mine, sizeof mine);
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        random_bytes(theirs, sizeof theirs);
        _exit(write(ends[1], theirs, sizeof theirs) == (ssize_t)sizeof theirs ? 0 : 1);
    }
    random_bytes(mine, sizeof mine);
    assert_int_equal(read(ends[0], theirs, sizeof theirs), sizeof theirs);
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(ends[0]);
    close(ends[1]);
    assert_memory_not_equal(mine, theirs, sizeof mine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_vectors),
        cmocka_unit_test(hmac_vectors),
        cmocka_unit_test(twenty_signature),
        cmocka_unit_test(standard_webhooks_signature),
        cmocka_unit_test(derived_keys),
        cmocka_unit_test(sealed_secrets_open_again),
        cmocka_unit_test(changed_seals_are_refused),
        cmocka_unit_test(seal_format_is_stable),
        cmocka_unit_test(random_bytes_differ),
        cmocka_unit_test(forked_processes_draw_different_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

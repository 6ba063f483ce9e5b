#include "common/base/arena.h"
#include "common/crypto/certificate.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* cmocka wants those before it. */
#include <cmocka.h>

/* Made for this test, good for a hundred years, and of no use elsewhere. */
static const char cert_a[] = "-----BEGIN CERTIFICATE-----\n"
                             "MIIBbjCCARWgAwIBAgIUUtfGyWyA1eQNE7/x716cQqjG5YswCgYIKoZIzj0EAwIw\n"
                             "DDEKMAgGA1UEAwwBYTAgFw0yNjExMjUwMjU4MzBaGA8yMTI2MTEwMTAyNTgzMFow\n"
                             "DDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABDciXK+D90Mv\n"
                             "FR2SFgTEchGbcxX+GtsO+D8qvNkVwp/m1IrimHRFM8O+jUpxAR6bem9FMj71b1Ey\n"
                             "X45sMkAuaDOjUzBRMB0GA1UdDgQWBBTfvciIoBqeyiX8+RF1NkUo7Yjy0zAfBgNV\n"
                             "HSMEGDAWgBTfvciIoBqeyiX8+RF1NkUo7Yjy0zAPBgNVHRMBAf8EBTADAQH/MAoG\n"
                             "CCqGSM49BAMCA0cAMEQCICHn8DriDZfohr6aRbeBeBij7jPoTB0Ve+eWmMZsTEKf\n"
                             "AiBQt7IKzhqYX2V3vxCwVHxactYONMq0fjzEUmOHN8PapA==\n"
                             "-----END CERTIFICATE-----\n";
static const char key_a[] = "-----BEGIN PRIVATE KEY-----\n"
                            "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgoWcSuW/dxMgV/W+6\n"
                            "UpduonsPoyOSoADCVGslC13Ndk+hRANCAAQ3Ilyvg/dDLxUdkhYExHIRm3MV/hrb\n"
                            "Dvg/KrzZFcKf5tSK4ph0RTPDvo1KcQEem3pvRTI+9W9RMl+ObDJALmgz\n"
                            "-----END PRIVATE KEY-----\n";
static const char sealed_key_a[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                                   "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgz5dmiNtY5gQICCAAw\n"
                                   "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEHBdui+GHudSliSG8FvsZroEgZDS\n"
                                   "pY1Hb/zPUtN5+qurFPxFjCMTsiL3O9hMv4mFql6AIIOqnsdZElu6kjUycCpdKCBG\n"
                                   "U27QTadhhQMLevlZRyXvqHDudsJooeygkrIED6NLoaTxShdya8zbgcsmToVgLtIV\n"
                                   "D95mItXZlzEJEaVRJ++6uk9Bue+Di9LkAKDHWWarNm9bxBqGyxlr5LEfNLFZVWo=\n"
                                   "-----END ENCRYPTED PRIVATE KEY-----\n";
static const char cert_b[] = "-----BEGIN CERTIFICATE-----\n"
                             "MIIBbjCCARWgAwIBAgIUKCIgDx7oFD2walXyO1hI8LN+x/4wCgYIKoZIzj0EAwIw\n"
                             "DDEKMAgGA1UEAwwBYjAgFw0yNjExMjUwMjU4MzBaGA8yMTI2MTEwMTAyNTgzMFow\n"
                             "DDEKMAgGA1UEAwwBYjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABC79yTBOu6G1\n"
                             "2sjzrpCQuRMoHMiofS0FfBoOwDcUYjlCAJvuXQ2F5ggMaiLIeMCRwQFvIzQVMuJW\n"
                             "wYgUE1JjuDOjUzBRMB0GA1UdDgQWBBQ+LYxzennjw6K0ebT4xaBjTDD+tTAfBgNV\n"
                             "HSMEGDAWgBQ+LYxzennjw6K0ebT4xaBjTDD+tTAPBgNVHRMBAf8EBTADAQH/MAoG\n"
                             "CCqGSM49BAMCA0cAMEQCIFSMjwWsVia6uGTCSbZ2/jf/qs3lQQQDSEn9N+gqSoXo\n"
                             "AiBiMzcGKrkkX+V0kiqT9FnaR4mJ1vY3ua9vMMqIt3F5ow==\n"
                             "-----END CERTIFICATE-----\n";

static struct str joined(struct arena *arena, const char *one, const char *two)
{
    char *text = arena_alloc(arena, strlen(one) + strlen(two) + 1);
    memcpy(text, one, strlen(one));
    memcpy(text + strlen(one), two, strlen(two));
    return str_of(text, strlen(one) + strlen(two));
}

static void lists_of_certificates_pass(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct err err;
    assert_true(certificate_check_list(str_from(cert_a), &err));
    assert_true(certificate_check_list(joined(&arena, cert_a, cert_b), &err));
    assert_true(certificate_check_list(joined(&arena, "subject: a\n\n", cert_b), &err));
    arena_release(&arena);
}

static void anything_else_does_not(void **state)
{
    (void)state;
    struct arena arena = {0};
    const struct str bad[] = {
        STR(""),
        STR("hello"),
        str_from(key_a),
        joined(&arena, cert_a, key_a),
        str_of(cert_a, sizeof(cert_a) - 40),
        joined(&arena, cert_a, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        joined(&arena, cert_a, "-----BEGIN CERTIFICATE-----\n*\n"),
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct err err = {0};
        if (certificate_check_list(bad[i], &err)) {
            fail_msg("%zu passes", i);
        }
        assert_int_equal(err.code, ERR_INVALID);
    }
    char *long_one = arena_alloc(&arena, CERTIFICATE_BYTES_MAX + 1);
    struct err err;
    memset(long_one, '\n', CERTIFICATE_BYTES_MAX + 1);
    assert_false(certificate_check_list(str_of(long_one, CERTIFICATE_BYTES_MAX + 1), &err));
    arena_release(&arena);
}

static void a_key_belongs_to_the_first_certificate(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct err err;
    assert_true(certificate_check_pair(str_from(cert_a), str_from(key_a), &err));
    assert_true(certificate_check_pair(joined(&arena, cert_a, cert_b), str_from(key_a), &err));
    assert_false(certificate_check_pair(joined(&arena, cert_b, cert_a), str_from(key_a), &err));
    assert_string_equal(err.text, "the key is not that of the first certificate");
    assert_false(certificate_check_pair(str_from(cert_a), str_from(sealed_key_a), &err));
    assert_string_equal(err.text, "the key is no private key in PEM without a pass phrase");
    assert_false(certificate_check_pair(str_from(cert_a), STR(""), &err));
    assert_false(certificate_check_pair(STR(""), str_from(key_a), &err));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_of_certificates_pass),
        cmocka_unit_test(anything_else_does_not),
        cmocka_unit_test(a_key_belongs_to_the_first_certificate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

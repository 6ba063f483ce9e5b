#include "dispatcher/deliver/egress.h"
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
/* cmocka wants those before it. */
#include <cmocka.h>

static bool allows(const struct egress_policy *policy, const char *text)
{
    uint8_t address[16];
    if (inet_pton(AF_INET, text, address) == 1) {
        return egress_allows(policy, address, 4);
    }
    assert_int_equal(inet_pton(AF_INET6, text, address), 1);
    return egress_allows(policy, address, 16);
}

static void special_addresses_are_refused_by_default(void **state)
{
    (void)state;
    const struct egress_policy policy = {0};
    const char *const special[] = {"0.0.0.0",
                                   "0.1.2.3",
                                   "10.0.0.1",
                                   "10.255.255.255",
                                   "100.64.0.1",
                                   "100.127.255.255",
                                   "127.0.0.1",
                                   "127.255.0.1",
                                   "169.254.169.254",
                                   "172.16.0.1",
                                   "172.31.255.255",
                                   "192.0.0.1",
                                   "192.0.2.1",
                                   "192.88.99.1",
                                   "192.168.0.1",
                                   "198.18.0.1",
                                   "198.19.255.255",
                                   "198.51.100.1",
                                   "203.0.113.9",
                                   "168.63.129.16",
                                   "224.0.0.1",
                                   "239.1.1.1",
                                   "240.0.0.1",
                                   "255.255.255.255",
                                   "::",
                                   "::1",
                                   "::127.0.0.1",
                                   "::8.8.8.8",
                                   "::ffff:127.0.0.1",
                                   "::ffff:10.0.0.1",
                                   "::ffff:0:8.8.8.8",
                                   "64:ff9b::127.0.0.1",
                                   "64:ff9b::10.1.2.3",
                                   "64:ff9b:1::8.8.8.8",
                                   "100::1",
                                   "2001::4136:e378:8000:63bf:3fff:fdd2",
                                   "2001:2::1",
                                   "2001:10::1",
                                   "2001:20::1",
                                   "2001:db8::1",
                                   "2002:7f00:1::",
                                   "2002:808:808::1",
                                   "3fff::1",
                                   "5f00::1",
                                   "fc00::1",
                                   "fd12::1",
                                   "fe80::1",
                                   "fec0::1",
                                   "2606:4700::5efe:10.0.0.1",
                                   "2606:4700::200:5efe:127.0.0.1",
                                   "ff02::1",
                                   "4000::1"};
    for (size_t i = 0; i < ARRAY_LEN(special); i++) {
        if (allows(&policy, special[i])) {
            fail_msg("%s is allowed", special[i]);
        }
    }
}

static void the_public_internet_is_allowed(void **state)
{
    (void)state;
    const struct egress_policy policy = {0};
    const char *const fine[] = {"1.1.1.1",          "8.8.8.8",       "9.255.255.255",
                                "11.0.0.0",         "100.63.0.1",    "100.128.0.1",
                                "126.255.255.255",  "128.0.0.1",     "172.15.0.1",
                                "172.32.0.1",       "192.0.1.1",     "198.17.0.1",
                                "198.20.0.1",       "223.255.255.1", "::ffff:8.8.8.8",
                                "64:ff9b::8.8.8.8", "2606:4700::1",  "2001:4860::8888",
                                "2a00:1450::1",     "3ffe::1",       "2606:4700::5efe:8.8.8.8"};
    for (size_t i = 0; i < ARRAY_LEN(fine); i++) {
        if (!allows(&policy, fine[i])) {
            fail_msg("%s is refused", fine[i]);
        }
    }
}

static struct egress_policy policy_of(const char *allow, const char *deny)
{
    struct egress_policy policy;
    struct err err;
    assert_true(egress_list_parse(str_from(allow), &policy.allow, &err));
    assert_true(egress_list_parse(str_from(deny), &policy.deny, &err));
    return policy;
}

static void lists_open_and_close(void **state)
{
    (void)state;
    struct egress_policy policy =
        policy_of("127.0.0.0/8, fd00::/8,192.168.1.7", "8.8.0.0/16 ,127.0.0.9,2606:4700::/32");
    assert_true(allows(&policy, "127.0.0.1"));
    assert_true(allows(&policy, "::ffff:127.0.0.1"));
    assert_false(allows(&policy, "127.0.0.9"));
    assert_false(allows(&policy, "::ffff:127.0.0.9"));
    assert_true(allows(&policy, "192.168.1.7"));
    assert_false(allows(&policy, "192.168.1.8"));
    assert_true(allows(&policy, "fd99::1"));
    assert_false(allows(&policy, "fc00::1"));
    assert_false(allows(&policy, "8.8.8.8"));
    assert_false(allows(&policy, "64:ff9b::8.8.8.8"));
    assert_true(allows(&policy, "8.9.8.8"));
    assert_false(allows(&policy, "2606:4700::1"));
    assert_false(allows(&policy, "::1"));
    /* An allowed IPv4 range does not open the old tunnels to it. */
    assert_false(allows(&policy, "2002:7f00:1::"));
    assert_false(allows(&policy, "::127.0.0.1"));
}

static void everything_can_be_allowed(void **state)
{
    (void)state;
    struct egress_policy policy = policy_of("0.0.0.0/0,::/0", "169.254.169.254/32");
    assert_true(allows(&policy, "10.0.0.1"));
    assert_true(allows(&policy, "::1"));
    assert_false(allows(&policy, "169.254.169.254"));
    assert_false(allows(&policy, "64:ff9b::169.254.169.254"));
}

static void what_is_denied_stays_denied_inside(void **state)
{
    (void)state;
    struct egress_policy policy = policy_of("0.0.0.0/0,::/0", "10.0.0.0/8");
    const char *const inside[] = {"::ffff:10.1.2.3",     "::10.1.2.3",
                                  "::ffff:0:10.1.2.3",   "64:ff9b::10.1.2.3",
                                  "64:ff9b:1::10.1.2.3", "2002:a01:203::1",
                                  "2001:0:a01:203::1",   "2001:0:808:808:0:0:f5fe:fdfc",
                                  "2606::5efe:10.1.2.3", "2606::200:5efe:10.1.2.3"};
    for (size_t i = 0; i < ARRAY_LEN(inside); i++) {
        if (allows(&policy, inside[i])) {
            fail_msg("%s is allowed", inside[i]);
        }
    }
    assert_true(allows(&policy, "2001:0:808:808:0:0:f4fe:fdfc"));
}

static void addresses_in_a_url_are_judged_before_anything_is_asked(void **state)
{
    (void)state;
    struct egress_policy policy = {0};
    const char *const refused[] = {"127.0.0.1", "10.0.0.1",   "::1",         "::ffff:127.0.0.1", "fe80::1",
                                   "localhost", "localhost.", "a.localhost", "a.b.localhost."};
    const char *const fine[] = {"8.8.8.8",    "2606:4700::1", "example.com",       "localhost.com",
                                "alocalhost", "localhostess", "127.0.0.1.example", ""};
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        if (egress_allows_host(&policy, str_from(refused[i]))) {
            fail_msg("%s is allowed", refused[i]);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(fine); i++) {
        if (!egress_allows_host(&policy, str_from(fine[i]))) {
            fail_msg("%s is refused", fine[i]);
        }
    }
    policy = policy_of("127.0.0.0/8", "");
    assert_true(egress_allows_host(&policy, STR("localhost")));
    assert_true(egress_allows_host(&policy, STR("127.0.0.1")));
}

static void bad_lists_are_refused(void **state)
{
    (void)state;
    const char *const bad[] = {"10.0.0.0/33", "10.0.0.1/8",   "localhost",    "10.0.0",
                               "10.0.0.0/",   "10.0.0.0/-1",  "10.0.0.0/8,,", ",",
                               "fd00::/129",  "fd00::1/8",    "/8",           "010.0.0.0/8",
                               "[::1]",       "10.0.0.0/8/9", "fe80::1%eth0", "1.2.3.4 5.6.7.8"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct egress_list list = {.count = 77};
        struct err err;
        if (egress_list_parse(str_from(bad[i]), &list, &err)) {
            fail_msg("%s is accepted", bad[i]);
        }
        assert_int_equal(list.count, 77);
    }
}

static void only_real_sizes_pass(void **state)
{
    (void)state;
    const struct egress_policy policy = {0};
    const uint8_t address[16] = {8, 8, 8, 8};
    assert_false(egress_allows(&policy, address, 0));
    assert_false(egress_allows(&policy, address, 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(special_addresses_are_refused_by_default),
        cmocka_unit_test(the_public_internet_is_allowed),
        cmocka_unit_test(lists_open_and_close),
        cmocka_unit_test(everything_can_be_allowed),
        cmocka_unit_test(what_is_denied_stays_denied_inside),
        cmocka_unit_test(addresses_in_a_url_are_judged_before_anything_is_asked),
        cmocka_unit_test(bad_lists_are_refused),
        cmocka_unit_test(only_real_sizes_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

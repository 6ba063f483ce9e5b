/* An address list from a configuration, then an address against it: no crash, and mapped addresses are judged as IPv4.
 */
#include "dispatcher/deliver/egress.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct egress_policy policy;
    struct err err;
    uint8_t mapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (size < 16) {
        return 0;
    }
    policy = (struct egress_policy){0};
    struct str text = str_of((const char *)data + 16, size - 16);
    struct str allow = str_slice(text, 0, str_find(text, '\n'));
    struct str deny = str_slice(text, allow.len + 1, text.len);
    if (!egress_list_parse(allow, &policy.allow, &err) || !egress_list_parse(deny, &policy.deny, &err)) {
        return 0;
    }
    memcpy(mapped + 12, data, 4);
    /* An IPv6 list may deny the mapped form itself, never open what the IPv4 rules refuse. */
    if (egress_allows(&policy, mapped, 16) && !egress_allows(&policy, data, 4)) {
        abort();
    }
    (void)egress_allows(&policy, data, 16);
    return 0;
}

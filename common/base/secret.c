#include "common/base/secret.h"

bool secret_equal(struct str a, struct str b)
{
    if (a.len != b.len) {
        return false;
    }
    volatile unsigned char difference = 0;
    for (size_t i = 0; i < a.len; i++) {
        difference = (unsigned char)(difference | ((unsigned char)a.ptr[i] ^ (unsigned char)b.ptr[i]));
    }
    return difference == 0;
}

void secret_wipe(void *bytes, size_t len)
{
    explicit_bzero(bytes, len);
}

#include "gateway/graphql/document_key.h"

#include "common/base/map.h"
#include "common/crypto/digest.h"

uint64_t gql_document_key(struct str source, int64_t schema_version)
{
    return map_hash(source) ^ ((uint64_t)schema_version * UINT64_C(0x9E3779B97F4A7C15));
}

void gql_persisted_hash(struct str source, char out[GQL_PERSISTED_LEN])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[SHA256_LEN];
    sha256(source, digest);
    for (size_t i = 0; i < SHA256_LEN; i++) {
        out[2 * i] = digits[digest[i] >> 4];
        out[2 * i + 1] = digits[digest[i] & 15];
    }
}

bool gql_persisted_matches(struct str source, struct str hash)
{
    char own[GQL_PERSISTED_LEN];
    gql_persisted_hash(source, own);
    return str_eq_nocase(hash, str_of(own, sizeof own));
}

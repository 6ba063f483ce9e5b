#include "common/crypto/certificate.h"
#include "common/crypto/crypto_check.h"
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

static BIO *reader_of(struct str pem)
{
    BIO *bio = BIO_new_mem_buf(pem.len > 0 ? pem.ptr : "", (int)pem.len);
    crypto_check(bio != NULL);
    return bio;
}

/* Without this OpenSSL would ask for one at the terminal. NOLINTNEXTLINE(readability-non-const-parameter): its type. */
static int no_passphrase(char *buffer, int size, int writing, void *context)
{
    (void)buffer;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

/* The number of certificates, or -1 when there is anything else. `*first` becomes the caller's when it is not NULL. */
static int read_list(struct str pem, X509 **first)
{
    BIO *bio = reader_of(pem);
    int count = 0;
    bool good = true;
    char *name = NULL;
    char *header = NULL;
    unsigned char *bytes = NULL;
    long len = 0;
    while (good && PEM_read_bio(bio, &name, &header, &bytes, &len) == 1) {
        const unsigned char *at = bytes;
        X509 *certificate = str_is(str_from(name), PEM_STRING_X509) ? d2i_X509(NULL, &at, len) : NULL;
        good = certificate != NULL && at == bytes + len;
        if (good && count++ == 0 && first != NULL) {
            *first = certificate;
        } else {
            X509_free(certificate);
        }
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(bytes);
    }
    /* Anything but the end of the text is a block that is broken. */
    good = good && (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE);
    ERR_clear_error();
    BIO_free(bio);
    return good ? count : -1;
}

static bool check_list(struct str pem, X509 **first, struct err *err)
{
    if (pem.len > CERTIFICATE_BYTES_MAX) {
        return err_fail(err, ERR_INVALID, 0, "more than %d bytes", CERTIFICATE_BYTES_MAX);
    }
    int count = read_list(pem, first);
    return count > 0 || err_fail(err, ERR_INVALID, 0,
                                 count == 0 ? "no certificate in PEM (-----BEGIN CERTIFICATE-----)"
                                            : "a part of it is no certificate in PEM");
}

bool certificate_check_list(struct str pem, struct err *err)
{
    return check_list(pem, NULL, err);
}

static EVP_PKEY *read_key(struct str pem)
{
    BIO *bio = reader_of(pem);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    ERR_clear_error();
    BIO_free(bio);
    return key;
}

bool certificate_check_pair(struct str chain, struct str key, struct err *err)
{
    X509 *own = NULL;
    if (!check_list(chain, &own, err)) {
        X509_free(own);
        return false;
    }
    EVP_PKEY *private_key = key.len > CERTIFICATE_BYTES_MAX ? NULL : read_key(key);
    bool matches = private_key != NULL && X509_check_private_key(own, private_key) == 1;
    ERR_clear_error();
    X509_free(own);
    bool is_key = private_key != NULL;
    EVP_PKEY_free(private_key);
    return matches || err_fail(err, ERR_INVALID, 0,
                               is_key ? "the key is not that of the first certificate"
                                      : "the key is no private key in PEM without a pass phrase");
}

#include "dispatcher/send/handle.h"

static bool given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

/* A proxy only from our own settings. It connects for us, also for plain HTTP, so that what it says itself is never
 * taken for the receiver's answer, and never sees headers that are the receiver's. */
static void set_proxy(CURL *easy, const char *proxy)
{
    HANDLE_SET(easy, CURLOPT_PROXY, given(proxy) ? proxy : "");
    HANDLE_SET(easy, CURLOPT_NOPROXY, "");
    if (given(proxy)) {
        HANDLE_SET(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
        HANDLE_SET(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    }
}

static void set_trust(CURL *easy, const char *ca_file)
{
    HANDLE_SET(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    HANDLE_SET(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    HANDLE_SET(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    /* With Debian's default CApath libcurl would read all certificates anew for every connection: 44 ms. */
    HANDLE_SET(easy, CURLOPT_CAPATH, NULL);
    if (given(ca_file)) {
        HANDLE_SET(easy, CURLOPT_CAINFO, ca_file);
    }
}

void handle_prepare(CURL *easy, const struct sender_options *options)
{
    HANDLE_SET(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    HANDLE_SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
    HANDLE_SET(easy, CURLOPT_NOSIGNAL, 1L);
    HANDLE_SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    HANDLE_SET(easy, CURLOPT_TIMEOUT_MS, (long)(options->timeout_us / 1000));
    HANDLE_SET(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(options->connect_timeout_us / 1000));
    HANDLE_SET(easy, CURLOPT_MAXAGE_CONN, 60L);
    HANDLE_SET(easy, CURLOPT_MAXLIFETIME_CONN, 600L);
    HANDLE_SET(easy, CURLOPT_DNS_CACHE_TIMEOUT, 30L);
    /* Debian's libcurl resolves names in threads. Without this it would wait for the thread of a look-up that is given
     * up, and everybody with it. */
    HANDLE_SET(easy, CURLOPT_QUICK_EXIT, 1L);
    HANDLE_SET(easy, CURLOPT_POST, 1L);
    set_trust(easy, options->ca_file);
    set_proxy(easy, options->proxy);
}

static void set_blob(CURL *easy, CURLoption option, struct str text)
{
    /* libcurl's struct wants a pointer that could be written through; it only reads. */
    struct curl_blob blob = {(void *)(uintptr_t)text.ptr, text.len, CURL_BLOB_NOCOPY};
    CURLcode code = curl_easy_setopt(easy, option, text.len > 0 ? &blob : NULL);
    assert(code == CURLE_OK);
}

void handle_set_tls(CURL *easy, const struct send_tls *tls)
{
    static const struct send_tls none;
    tls = tls == NULL ? &none : tls;
    set_blob(easy, CURLOPT_CAINFO_BLOB, tls->authorities);
    set_blob(easy, CURLOPT_SSLCERT_BLOB, tls->certificate);
    set_blob(easy, CURLOPT_SSLKEY_BLOB, tls->key);
}

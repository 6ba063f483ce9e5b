/*
 * What the dispatcher is measured against: a libcurl multi loop and nothing else. Handles and connections are used
 * again, each request is signed in both schemes as the dispatcher signs it, and there is no database.
 *
 *   bare URL COUNT IN_FLIGHT BODY_FILE [PER_SECOND]    to one loopback receiver; PER_SECOND 0 or none: as fast as it
 * can
 *
 * Prints "SECONDS CPU_SECONDS".
 */
#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { BODY_MAX = 1 << 20, LINES = 10, LINE = 256, IN_FLIGHT_MAX = 1024 };

struct request {
    CURL *easy;
    struct curl_slist lines[LINES];
    char texts[LINES][LINE];
};

static const char secret[] = "6f1c2b9a4d8e7f30516273849aabbccddeeff00112233445566778899aabbccd";
static char body[BODY_MAX + LINE]; /* behind room for what is signed in front of it */
static size_t body_length;

static double clock_of(clockid_t clock)
{
    struct timespec at;
    clock_gettime(clock, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static unsigned sign(const char *prefix, unsigned char *out)
{
    unsigned length = 0;
    size_t prefix_length = strlen(prefix);
    char *from = body + LINE - prefix_length;
    memcpy(from, prefix, prefix_length);
    HMAC(EVP_sha256(), secret, sizeof(secret) - 1, (const unsigned char *)from, prefix_length + body_length, out,
         &length);
    return length;
}

static void put_headers(struct request *request, long number)
{
    char prefix[LINE];
    unsigned char digest[EVP_MAX_MD_SIZE];
    long long now_ms = (long long)(clock_of(CLOCK_REALTIME) * 1000);
    char(*text)[LINE] = request->texts;
    int at = 0;
    snprintf(prefix, sizeof(prefix), "%lld:", now_ms);
    unsigned length = sign(prefix, digest);
    int used = snprintf(text[at++], LINE, "X-Twenty-Webhook-Signature: ");
    for (unsigned i = 0; i < length; i++) {
        used += snprintf(text[0] + used, LINE - (size_t)used, "%02x", digest[i]);
    }
    snprintf(text[at++], LINE, "X-Twenty-Webhook-Timestamp: %lld", now_ms);
    snprintf(text[at++], LINE, "X-Twenty-Webhook-Nonce: %032ld", number);
    snprintf(prefix, sizeof(prefix), "00000000-0000-7000-8000-%012ld.%lld.", number, now_ms / 1000);
    length = sign(prefix, digest);
    used = snprintf(text[at], LINE, "webhook-signature: v1,");
    EVP_EncodeBlock((unsigned char *)text[at++] + used, digest, (int)length);
    snprintf(text[at++], LINE, "webhook-id: 00000000-0000-7000-8000-%012ld", number);
    snprintf(text[at++], LINE, "webhook-timestamp: %lld", now_ms / 1000);
    snprintf(text[at++], LINE, "Content-Type: application/json");
    snprintf(text[at++], LINE, "Expect:");
    for (int i = 0; i < at; i++) {
        request->lines[i] = (struct curl_slist){text[i], i + 1 < at ? &request->lines[i + 1] : NULL};
    }
}

static size_t ignore(char *bytes, size_t size, size_t count, void *context)
{
    (void)bytes;
    (void)context;
    return size * count;
}

static void start(CURLM *multi, struct request *request, const char *url, long number)
{
    if (request->easy == NULL) {
        request->easy = curl_easy_init();
        curl_easy_setopt(request->easy, CURLOPT_PRIVATE, request);
        curl_easy_setopt(request->easy, CURLOPT_PROXY, "");
        curl_easy_setopt(request->easy, CURLOPT_POST, 1L);
        curl_easy_setopt(request->easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(request->easy, CURLOPT_WRITEFUNCTION, ignore);
        curl_easy_setopt(request->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    }
    put_headers(request, number);
    curl_easy_setopt(request->easy, CURLOPT_URL, url);
    curl_easy_setopt(request->easy, CURLOPT_POSTFIELDSIZE, (long)body_length);
    curl_easy_setopt(request->easy, CURLOPT_POSTFIELDS, body + LINE);
    curl_easy_setopt(request->easy, CURLOPT_HTTPHEADER, request->lines);
    curl_multi_add_handle(multi, request->easy);
}

static int finished(CURLM *multi, struct request **free_ones, long *failed)
{
    int left;
    int done = 0;
    for (CURLMsg *message; (message = curl_multi_info_read(multi, &left)) != NULL;) {
        CURL *easy = message->easy_handle;
        struct request *request = NULL;
        long status = 0;
        *failed += message->data.result != CURLE_OK;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        *failed += status != 204;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&request);
        curl_multi_remove_handle(multi, easy);
        free_ones[done++] = request;
    }
    return done;
}

static void run(const char *url, long count, int in_flight, double per_second)
{
    static struct request requests[IN_FLIGHT_MAX];
    static struct request *idle[IN_FLIGHT_MAX];
    CURLM *multi = curl_multi_init();
    long started = 0;
    long done = 0;
    long failed = 0;
    int idle_count = in_flight;
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, (long)IN_FLIGHT_MAX);
    for (int i = 0; i < in_flight; i++) {
        idle[i] = &requests[i];
    }
    double began = clock_of(CLOCK_MONOTONIC);
    while (done < count) {
        double elapsed = clock_of(CLOCK_MONOTONIC) - began;
        while (idle_count > 0 && started < count && (per_second <= 0 || (double)started < elapsed * per_second)) {
            start(multi, idle[--idle_count], url, started++);
        }
        int running;
        curl_multi_perform(multi, &running);
        int ended = finished(multi, idle + idle_count, &failed);
        idle_count += ended;
        done += ended;
        if (ended == 0) {
            curl_multi_poll(multi, NULL, 0, per_second > 0 ? 1 : 100, NULL);
        }
    }
    if (failed > 0) {
        fprintf(stderr, "bare: %ld failed\n", failed);
        exit(1);
    }
    printf("%.6f %.6f\n", clock_of(CLOCK_MONOTONIC) - began, clock_of(CLOCK_PROCESS_CPUTIME_ID));
}

int main(int argc, char **argv)
{
    FILE *file = argc > 4 ? fopen(argv[4], "rb") : NULL;
    int in_flight = argc > 4 ? atoi(argv[3]) : 0;
    if (file == NULL || in_flight < 1 || in_flight > IN_FLIGHT_MAX) {
        return 2;
    }
    body_length = fread(body + LINE, 1, BODY_MAX, file);
    fclose(file);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    run(argv[1], atol(argv[2]), in_flight, argc > 5 ? atof(argv[5]) : 0);
    return 0;
}

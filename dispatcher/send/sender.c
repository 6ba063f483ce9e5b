#include "dispatcher/send/sender.h"
#include "common/base/alloc.h"
#include "common/base/strbuf.h"
#include "common/observe/log.h"
#include "dispatcher/send/curl_outcome.h"
#include "dispatcher/send/handle.h"
#include "dispatcher/send/kept.h"
#include <assert.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER_LINES_MAX = 40, RESPONSE_HEADER_BYTES_MAX = 256 * 1024, IDLE_HANDLES_MAX = 512 };

struct sender {
    struct loop *loop;
    CURLM *multi;
    struct sender_options options;
    struct kept *kept;
    struct loop_timer timer;
    struct list active; /* transfers */
    struct list idle;   /* transfers whose handle waits to be used again */
    size_t active_count;
    size_t idle_count;
    struct list watches;
    struct list dead_watches; /* freed at the end of the turn: libcurl drops one from inside its own callback */
    struct loop_task bury;
};

struct transfer {
    struct list link;
    struct sender *sender;
    CURL *easy;
    struct send_request request;
    struct curl_slist lines[HEADER_LINES_MAX];
    struct strbuf response;
    size_t response_bytes;
    size_t header_bytes;
    int64_t started_us;
    bool blocked; /* an address was refused: libcurl itself only knows that it could not connect */
    bool opened;  /* another was not */
    int fd;       /* the last that was opened */
    bool spoilt;  /* the kept connection cannot be used: once more, with another */
    bool limited; /* set_limits was used */
    int sends;    /* how often the request has gone out */
};

struct watch {
    struct list link;
    struct loop_io io;
    struct sender *sender;
};

/* libcurl's callbacks on one transfer. */

static bool address_allowed(const struct sender *sender, const struct curl_sockaddr *address)
{
    /* Copied, since `addr` is declared as the general struct and may stand anywhere. */
    if (address->family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, &address->addr, sizeof(v4));
        return egress_allows(sender->options.egress, (const uint8_t *)&v4.sin_addr, 4);
    }
    if (address->family == AF_INET6 && address->addrlen >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 v6;
        memcpy(&v6, (const void *)&address->addr, sizeof(v6));
        return egress_allows(sender->options.egress, v6.sin6_addr.s6_addr, 16);
    }
    return false;
}

/* Then the address is the proxy's, which the operator has named; the receiver's is looked up and judged by the proxy.
 */
static bool uses_proxy(const struct sender *sender)
{
    return sender->options.proxy != NULL && sender->options.proxy[0] != '\0';
}

static curl_socket_t on_open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct transfer *transfer = context;
    bool allowed = uses_proxy(transfer->sender) || address_allowed(transfer->sender, address);
    if (purpose != CURLSOCKTYPE_IPCXN || !allowed) {
        transfer->blocked = true;
        return CURL_SOCKET_BAD;
    }
    transfer->opened = true;
    transfer->fd = socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address->protocol);
    return transfer->fd;
}

/* Right before a request is sent. libcurl sends it again, unasked, when a kept connection dies before the first byte of
 * an answer, over the next kept connection, which may be as dead, and so on. The receiver may have had it each time, so
 * the second time is the last: it goes over a new connection.
 * The type is libcurl's: NOLINTNEXTLINE(readability-non-const-parameter) */
static int on_connected(void *context, char *peer_ip, char *local_ip, int peer_port, int local_port)
{
    struct transfer *transfer = context;
    (void)local_ip;
    struct kept *kept = transfer->sender->kept;
    if (transfer->opened) {
        kept_remember(kept, transfer->fd);
    } else if (transfer->sends > 0 || kept_is_spoilt(kept, peer_ip, peer_port, local_port)) {
        transfer->spoilt = true;
        return CURL_PREREQFUNC_ABORT;
    }
    transfer->sends++;
    return CURL_PREREQFUNC_OK;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t len = size * count;
    size_t room = SEND_RESPONSE_KEPT - transfer->response.len;
    strbuf_put(&transfer->response, str_of(bytes, len < room ? len : room));
    transfer->response_bytes += len;
    return transfer->response_bytes > transfer->sender->options.response_limit ? 0 : len;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the type is libcurl's. */
static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    (void)bytes;
    transfer->header_bytes += size * count;
    return transfer->header_bytes > RESPONSE_HEADER_BYTES_MAX ? 0 : size * count;
}

static void prepare_handle(struct transfer *transfer)
{
    CURL *easy = transfer->easy;
    handle_prepare(easy, &transfer->sender->options);
    HANDLE_SET(easy, CURLOPT_PRIVATE, transfer);
    HANDLE_SET(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
    HANDLE_SET(easy, CURLOPT_OPENSOCKETDATA, transfer);
    HANDLE_SET(easy, CURLOPT_PREREQFUNCTION, on_connected);
    HANDLE_SET(easy, CURLOPT_PREREQDATA, transfer);
    HANDLE_SET(easy, CURLOPT_WRITEFUNCTION, on_body);
    HANDLE_SET(easy, CURLOPT_WRITEDATA, transfer);
    HANDLE_SET(easy, CURLOPT_HEADERFUNCTION, on_header);
    HANDLE_SET(easy, CURLOPT_HEADERDATA, transfer);
}

static struct transfer *transfer_take(struct sender *sender)
{
    struct list *link = list_pop_front(&sender->idle);
    struct transfer *transfer;
    if (link != NULL) {
        sender->idle_count--;
        transfer = LIST_ENTRY(link, struct transfer, link);
    } else {
        transfer = xcalloc(1, sizeof(*transfer));
        transfer->sender = sender;
        transfer->easy = curl_easy_init();
        assert(transfer->easy != NULL);
        prepare_handle(transfer);
    }
    transfer->blocked = false;
    transfer->opened = false;
    transfer->spoilt = false;
    transfer->sends = 0;
    transfer->response_bytes = 0;
    transfer->header_bytes = 0;
    strbuf_clear(&transfer->response);
    list_push_back(&sender->active, &transfer->link);
    sender->active_count++;
    return transfer;
}

static void transfer_free(struct transfer *transfer)
{
    curl_easy_cleanup(transfer->easy);
    strbuf_release(&transfer->response);
    free(transfer);
}

/* A first attempt may use a kept connection and has all the time there is. */
static void set_limits(struct transfer *transfer, bool fresh, int64_t timeout_us)
{
    HANDLE_SET(transfer->easy, CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
    HANDLE_SET(transfer->easy, CURLOPT_TIMEOUT_MS, timeout_us < 1000 ? 1L : (long)(timeout_us / 1000));
}

/* Takes it off the active ones; it is neither active nor idle until transfer_rest. */
static void transfer_stop(struct transfer *transfer)
{
    curl_multi_remove_handle(transfer->sender->multi, transfer->easy);
    if (transfer->request.tls != NULL) {
        handle_set_tls(transfer->easy, NULL);
    }
    if (transfer->limited) {
        set_limits(transfer, false, transfer->sender->options.timeout_us);
        transfer->limited = false;
    }
    list_remove(&transfer->link);
    transfer->sender->active_count--;
}

static void transfer_rest(struct transfer *transfer)
{
    struct sender *sender = transfer->sender;
    if (sender->idle_count >= IDLE_HANDLES_MAX) {
        transfer_free(transfer);
        return;
    }
    list_push_front(&sender->idle, &transfer->link);
    sender->idle_count++;
}

/* Could the proxy not be reached, or did it refuse? */
static bool proxy_failed(const struct transfer *transfer, enum failure failure)
{
    long status = 0;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    return status >= 300 || failure == FAILURE_REFUSED || failure == FAILURE_DNS;
}

static int64_t day_us(const struct transfer *transfer)
{
    return transfer->request.day_us + clock_mono_us() - transfer->started_us;
}

static struct outcome outcome_of(struct transfer *transfer, CURLcode code)
{
    long status = 0;
    struct outcome outcome = {0, FAILURE_NONE, -1};
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200) {
        struct curl_header *header;
        outcome.status = (int)status;
        if (curl_easy_header(transfer->easy, "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK) {
            outcome.retry_after_us = schedule_retry_after(str_from(header->value), day_us(transfer));
        }
        return outcome;
    }
    outcome.failure = code == CURLE_OK ? FAILURE_PROTOCOL : curl_failure(code);
    bool nowhere = transfer->blocked && !transfer->opened; /* with many addresses libcurl may run out of time */
    if (outcome.failure == FAILURE_REFUSED ? transfer->blocked : nowhere && outcome.failure == FAILURE_TIMEOUT) {
        outcome.failure = FAILURE_BLOCKED;
    } else if (uses_proxy(transfer->sender) && proxy_failed(transfer, outcome.failure)) {
        outcome.failure = FAILURE_PROXY;
    }
    return outcome;
}

static int64_t time_of(struct transfer *transfer, CURLINFO info)
{
    curl_off_t us = 0;
    (void)curl_easy_getinfo(transfer->easy, info, &us);
    return us;
}

/* libcurl counts each from the start; a part that was not reached, or not needed, counts 0. */
static struct send_parts parts_of(struct transfer *transfer, bool connected)
{
    struct send_parts parts = {-1, -1, -1, -1};
    int64_t dns = time_of(transfer, CURLINFO_NAMELOOKUP_TIME_T);
    int64_t connect = time_of(transfer, CURLINFO_CONNECT_TIME_T);
    int64_t tls = time_of(transfer, CURLINFO_APPCONNECT_TIME_T);
    int64_t sent = time_of(transfer, CURLINFO_PRETRANSFER_TIME_T);
    int64_t first = time_of(transfer, CURLINFO_STARTTRANSFER_TIME_T);
    if (connected && dns > 0) {
        parts.dns_us = dns;
    }
    if (connected && connect > 0) {
        parts.connect_us = connect - dns;
    }
    if (connected && tls > 0) {
        parts.tls_us = tls - connect;
    }
    if (first > 0) {
        parts.first_byte_us = first - sent;
    }
    return parts;
}

/* Nothing was sent this time. libcurl has closed that connection, so there is an end to this. */
static void once_more(struct transfer *transfer)
{
    CURLM *multi = transfer->sender->multi;
    int64_t spent_us = clock_mono_us() - transfer->started_us;
    transfer->spoilt = false;
    transfer->limited = true;
    curl_multi_remove_handle(multi, transfer->easy);
    set_limits(transfer, transfer->sends > 0, transfer->sender->options.timeout_us - spent_us);
    CURLMcode code = curl_multi_add_handle(multi, transfer->easy);
    assert(code == CURLM_OK);
}

static void finish(struct transfer *transfer, CURLcode code)
{
    if (transfer->spoilt && code == CURLE_ABORTED_BY_CALLBACK) {
        once_more(transfer);
        return;
    }
    struct send_result result = {
        .outcome = outcome_of(transfer, code),
        .duration_us = clock_mono_us() - transfer->started_us,
        .response = strbuf_str(&transfer->response),
    };
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_NUM_CONNECTS, &result.new_connections);
    result.tls_handshakes = time_of(transfer, CURLINFO_APPCONNECT_TIME_T) > 0 ? result.new_connections : 0;
    result.resends = transfer->sends > 1 ? transfer->sends - 1 : 0;
    result.parts = parts_of(transfer, result.new_connections > 0 || result.outcome.status == 0);
    transfer_stop(transfer); /* first: the callback may start others, or abort them all */
    transfer->request.on_done(transfer->request.context, &result);
    transfer_rest(transfer);
}

static void drain_finished(struct sender *sender)
{
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(sender->multi, &left)) != NULL;) {
        if (message->msg == CURLMSG_DONE) {
            char *private_data = NULL;
            CURLcode code = message->data.result;
            (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private_data);
            finish((struct transfer *)(void *)private_data, code);
        }
    }
}

/* libcurl and the loop (contract/webhooks 7.1). */

static void on_ready(void *context, int ready)
{
    struct watch *watch = context;
    struct sender *sender = watch->sender;
    int running;
    int mask = ((ready & LOOP_READ) ? CURL_CSELECT_IN : 0) | ((ready & LOOP_WRITE) ? CURL_CSELECT_OUT : 0);
    curl_multi_socket_action(sender->multi, watch->io.fd, mask, &running);
    drain_finished(sender);
}

static void on_timer(void *context)
{
    struct sender *sender = context;
    int running;
    curl_multi_socket_action(sender->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    drain_finished(sender);
}

static int on_want_timer(CURLM *multi, long timeout_ms, void *context)
{
    struct sender *sender = context;
    (void)multi;
    if (timeout_ms < 0) {
        loop_timer_stop(&sender->timer);
    } else {
        loop_timer_start(&sender->timer, (int64_t)timeout_ms * 1000);
    }
    return 0;
}

static void bury_watches(void *context)
{
    struct sender *sender = context;
    LIST_EACH(link, after, &sender->dead_watches)
    {
        free(LIST_ENTRY(link, struct watch, link));
    }
    list_init(&sender->dead_watches);
}

static void watch_drop(struct sender *sender, struct watch *watch)
{
    loop_io_release(&watch->io);
    list_remove(&watch->link);
    list_push_back(&sender->dead_watches, &watch->link);
    loop_defer(sender->loop, &sender->bury);
}

static int on_want_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *socket_data)
{
    struct sender *sender = context;
    struct watch *watch = socket_data;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watch != NULL) {
            curl_multi_assign(sender->multi, fd, NULL);
            watch_drop(sender, watch);
        }
        return 0;
    }
    if (watch == NULL) {
        watch = xcalloc(1, sizeof(*watch));
        watch->sender = sender;
        loop_io_init(&watch->io, sender->loop, fd, on_ready, watch);
        list_push_back(&sender->watches, &watch->link);
        curl_multi_assign(sender->multi, fd, watch);
    }
    loop_io_want(&watch->io, ((what & CURL_POLL_IN) ? LOOP_READ : 0) | ((what & CURL_POLL_OUT) ? LOOP_WRITE : 0));
    return 0;
}

struct sender *sender_new(struct loop *loop, const struct sender_options *options)
{
    CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    assert(code == CURLE_OK);
    struct sender *sender = xcalloc(1, sizeof(*sender));
    sender->loop = loop;
    sender->options = *options;
    sender->multi = curl_multi_init();
    assert(sender->multi != NULL);
    sender->kept = kept_new();
    list_init(&sender->active);
    list_init(&sender->idle);
    list_init(&sender->watches);
    list_init(&sender->dead_watches);
    sender->bury = (struct loop_task){.callback = bury_watches, .context = sender};
    loop_timer_init(&sender->timer, loop, on_timer, sender);
    curl_multi_setopt(sender->multi, CURLMOPT_SOCKETFUNCTION, on_want_socket);
    curl_multi_setopt(sender->multi, CURLMOPT_SOCKETDATA, sender);
    curl_multi_setopt(sender->multi, CURLMOPT_TIMERFUNCTION, on_want_timer);
    curl_multi_setopt(sender->multi, CURLMOPT_TIMERDATA, sender);
    curl_multi_setopt(sender->multi, CURLMOPT_MAXCONNECTS, (long)options->max_connections);
    return sender;
}

void sender_start(struct sender *sender, const struct send_request *request)
{
    struct transfer *transfer = transfer_take(sender);
    size_t count = request->header_count;
    assert(count + 1 <= HEADER_LINES_MAX);
    transfer->request = *request;
    for (size_t i = 0; i < count; i++) {
        transfer->lines[i] = (struct curl_slist){request->headers[i], &transfer->lines[i + 1]};
    }
    /* Without this line libcurl would wait for "100 Continue" before a body of over 1 MB. */
    static char no_expect[] = "Expect:";
    transfer->lines[count] = (struct curl_slist){no_expect, NULL};
    HANDLE_SET(transfer->easy, CURLOPT_URL, request->url);
    HANDLE_SET(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
    HANDLE_SET(transfer->easy, CURLOPT_POSTFIELDS, request->body.ptr);
    HANDLE_SET(transfer->easy, CURLOPT_HTTPHEADER, transfer->lines);
    if (request->tls != NULL) {
        handle_set_tls(transfer->easy, request->tls);
    }
    transfer->started_us = clock_mono_us();
    CURLMcode code = curl_multi_add_handle(sender->multi, transfer->easy);
    assert(code == CURLM_OK);
}

void sender_abort_all(struct sender *sender)
{
    LIST_EACH(link, after, &sender->active)
    {
        struct transfer *transfer = LIST_ENTRY(link, struct transfer, link);
        transfer_stop(transfer);
        transfer_rest(transfer);
    }
}

size_t sender_in_flight(const struct sender *sender)
{
    return sender->active_count;
}

void sender_free(struct sender *sender)
{
    if (sender == NULL) {
        return;
    }
    sender_abort_all(sender);
    LIST_EACH(link, after, &sender->idle)
    {
        transfer_free(LIST_ENTRY(link, struct transfer, link));
    }
    curl_multi_cleanup(sender->multi);
    LIST_EACH(link, after, &sender->watches)
    {
        watch_drop(sender, LIST_ENTRY(link, struct watch, link));
    }
    loop_undefer(&sender->bury);
    bury_watches(sender);
    loop_timer_release(&sender->timer);
    kept_free(sender->kept);
    curl_global_cleanup();
    free(sender);
}

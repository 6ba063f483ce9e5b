/* For the files of this room: what an easy handle is told once, and what it is told for a receiver of its own. */
#ifndef PORTTI_DISPATCHER_SEND_HANDLE_H
#define PORTTI_DISPATCHER_SEND_HANDLE_H

#include "dispatcher/send/sender.h"
#include <assert.h>
#include <curl/curl.h>

/* Options are set through here, so that one that libcurl refuses stops us at once, in the first test. */
#define HANDLE_SET(easy, option, value)                                                                                \
    do {                                                                                                               \
        CURLcode set_code = curl_easy_setopt((easy), (option), (value));                                               \
        assert(set_code == CURLE_OK);                                                                                  \
    } while (0)

/* What is the same for every transfer (contract/webhooks 7.2 has the reasons). */
void handle_prepare(CURL *easy, const struct sender_options *options);
/* Certificates of the next transfer; NULL: the general ones again. What it points to must outlive the transfer, and may
 * not outlive it unnoticed: call it with NULL at its end. */
void handle_set_tls(CURL *easy, const struct send_tls *tls);

#endif

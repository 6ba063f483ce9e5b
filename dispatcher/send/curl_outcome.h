/* What libcurl's codes mean to us: one table. */
#ifndef PORTTI_DISPATCHER_SEND_CURL_OUTCOME_H
#define PORTTI_DISPATCHER_SEND_CURL_OUTCOME_H

#include "dispatcher/schedule/verdict.h"
#include <curl/curl.h>

/* For a transfer that ended without a final status. Codes that are not in the table are FAILURE_OTHER. */
enum failure curl_failure(CURLcode code);

#endif

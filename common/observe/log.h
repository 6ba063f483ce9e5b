/*
 * The log: one JSON object a line on standard error, {"time":…,"level":…,"event":…,…}. From shells only. Names what
 * happened; holds no bodies and no credentials. Thread-safe: lines are gathered per thread and written whole, when the
 * thread's buffer is flushed (end of a turn), full, or the line is a warning or worse.
 */
#ifndef PORTTI_OBSERVE_LOG_H
#define PORTTI_OBSERVE_LOG_H

#include "common/base/str.h"
#include <stdbool.h>
#include <stdint.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

/* Call once, before the threads. `program` is "gateway" or "dispatcher". */
void log_init(const char *program, enum log_level least, bool requests);
bool log_enabled(enum log_level level);
/* Are per-request and per-delivery lines wanted (setting access_log)? */
bool log_requests_enabled(void);

/* Begin a line, add fields, end it; all on one thread, without other log calls in between. */
void log_begin(enum log_level level, const char *event);
void log_str(const char *name, struct str value);
void log_int(const char *name, int64_t value);
/* Microseconds, printed as milliseconds with three decimals. */
void log_ms(const char *name, int64_t us);
void log_bool(const char *name, bool value);
void log_end(void);
/* A whole line with a sentence. */
void log_line(enum log_level level, const char *event, const char *format, ...) PRINTF_LIKE(3, 4);
/* Writes what this thread has gathered. */
void log_flush(void);

#endif

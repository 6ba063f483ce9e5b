#include "common/observe/log.h"

#include "common/base/alloc.h"
#include "common/base/strbuf.h"
#include "common/observe/log_write.h"
#include "common/text/json_write.h"
#include "common/text/timestamp.h"
#include "common/text/utf8.h"
#include <assert.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FLUSH_AT = 32 * 1024, VALUE_MAX = 2048, LINE_MAX_BYTES = 16 * 1024 };

/* What one thread has gathered. */
struct gathered {
    struct strbuf lines;
    size_t start; /* of the line that is being written */
    enum log_level level;
    bool open; /* between log_begin and log_end, at a level that is wanted */
};

static const char *const level_names[] = {"debug", "info", "warn", "error"};
static const char *program_name = "portti";
static enum log_level least_level = LOG_LEVEL_INFO;
static bool requests_wanted = true;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t thread_end;
static _Thread_local struct gathered *mine;

static void flush(struct gathered *gathered)
{
    if (gathered->lines.len > 0) {
        log_write(strbuf_str(&gathered->lines));
        strbuf_clear(&gathered->lines);
    }
}

/* At the end of a thread. */
static void gathered_free(void *argument)
{
    struct gathered *gathered = argument;
    flush(gathered);
    strbuf_release(&gathered->lines);
    free(gathered);
    mine = NULL;
}

static void prepare(void)
{
    if (pthread_key_create(&thread_end, gathered_free) != 0) {
        abort();
    }
    /* exit() runs no thread destructor for the main thread. */
    atexit(log_flush);
}

static struct gathered *gathered_get(void)
{
    if (mine == NULL) {
        pthread_once(&once, prepare);
        mine = xcalloc(1, sizeof *mine);
        strbuf_init(&mine->lines, FLUSH_AT + 2 * (size_t)LINE_MAX_BYTES);
        pthread_setspecific(thread_end, mine);
    }
    return mine;
}

void log_init(const char *program, enum log_level least, bool requests)
{
    program_name = program;
    least_level = least;
    requests_wanted = requests;
    log_write_init();
}

bool log_enabled(enum log_level level)
{
    return level >= least_level;
}

bool log_requests_enabled(void)
{
    return requests_wanted && log_enabled(LOG_LEVEL_INFO);
}

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void log_begin(enum log_level level, const char *event)
{
    if (!log_enabled(level)) {
        if (mine != NULL) {
            mine->open = false;
        }
        return;
    }
    struct gathered *to = gathered_get();
    assert(!to->open);
    to->open = true;
    to->level = level;
    to->start = to->lines.len;
    strbuf_put(&to->lines, STR("{\"time\":\""));
    timestamp_put(&to->lines, now_us());
    strbuf_put(&to->lines, STR("\",\"level\":\""));
    strbuf_puts(&to->lines, level_names[level]);
    strbuf_put(&to->lines, STR("\",\"program\":\""));
    strbuf_puts(&to->lines, program_name);
    strbuf_put(&to->lines, STR("\",\"event\":\""));
    strbuf_puts(&to->lines, event);
    strbuf_put_char(&to->lines, '"');
}

/* Names are ours and need no escapes. NULL when no line is open or the line is full: fields are then left out, so that
 * it stays JSON. */
static struct strbuf *field(const char *name, size_t room)
{
    if (mine == NULL || !mine->open || mine->lines.len - mine->start + strlen(name) + room > LINE_MAX_BYTES) {
        return NULL;
    }
    strbuf_put(&mine->lines, STR(",\""));
    strbuf_puts(&mine->lines, name);
    strbuf_put(&mine->lines, STR("\":"));
    return &mine->lines;
}

/* Clients send whatever bytes they like; a log line is UTF-8 all the same. */
static void put_repaired(struct strbuf *out, struct str value)
{
    char repaired[3 * VALUE_MAX];
    size_t len = 0;
    for (size_t at = 0; at < value.len;) {
        uint32_t point = utf8_next(value, &at);
        len += utf8_put(point == UINT32_MAX ? 0xFFFDu : point, repaired + len);
    }
    json_put_string(out, str_of(repaired, len));
}

void log_str(const char *name, struct str value)
{
    struct str shown = str_cut(value, VALUE_MAX);
    /* The worst escape is \u001f for one byte. */
    struct strbuf *out = field(name, 6 * shown.len + 16);
    if (out == NULL) {
        return;
    }
    if (utf8_invalid_at(shown) == shown.len) {
        json_put_string(out, shown);
    } else {
        put_repaired(out, shown);
    }
}

void log_int(const char *name, int64_t value)
{
    struct strbuf *out = field(name, 32);
    if (out != NULL) {
        strbuf_put_int(out, value);
    }
}

void log_ms(const char *name, int64_t us)
{
    struct strbuf *out = field(name, 32);
    if (out == NULL) {
        return;
    }
    if (us < 0) {
        strbuf_put_char(out, '-');
    }
    uint64_t size = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
    unsigned thousandths = (unsigned)(size % 1000);
    strbuf_put_uint(out, size / 1000);
    char fraction[4] = {'.', (char)('0' + thousandths / 100), (char)('0' + thousandths / 10 % 10),
                        (char)('0' + thousandths % 10)};
    strbuf_put(out, str_of(fraction, sizeof fraction));
}

void log_bool(const char *name, bool value)
{
    struct strbuf *out = field(name, 16);
    if (out != NULL) {
        strbuf_put(out, value ? STR("true") : STR("false"));
    }
}

void log_end(void)
{
    if (mine == NULL || !mine->open) {
        return;
    }
    mine->open = false;
    strbuf_put(&mine->lines, STR("}\n"));
    if (mine->level >= LOG_LEVEL_WARN || mine->lines.len > FLUSH_AT) {
        flush(mine);
    }
}

void log_line(enum log_level level, const char *event, const char *format, ...)
{
    if (!log_enabled(level)) {
        return;
    }
    char sentence[1024];
    va_list args;
    va_start(args, format);
    int wanted = vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    size_t len = wanted < 0 ? 0 : (size_t)wanted;
    log_begin(level, event);
    log_str("message", str_of(sentence, len < sizeof sentence ? len : sizeof sentence - 1));
    log_end();
}

void log_flush(void)
{
    if (mine != NULL && !mine->open) {
        flush(mine);
    }
}

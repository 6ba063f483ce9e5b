/* A log line is one JSON object whatever a client sends, lines of threads do not mix, and a reader that stalls costs
 * lines, never a request. */
#include "common/base/attributes.h"
#include "common/base/strbuf.h"
#include "common/observe/log.h"
#include "common/text/json_read.h"
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static int real_stderr;

/* From here on standard error is a file, until `captured` gives back what is in it. */
static FILE *capture(enum log_level least, bool requests)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    log_init("gateway", least, requests);
    return file;
}

/* The end to read from; the other one is standard error. */
static int capture_pipe(void)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    close(ends[1]);
    log_init("gateway", LOG_LEVEL_INFO, true);
    return ends[0];
}

static char *captured(FILE *file)
{
    log_flush();
    dup2(real_stderr, STDERR_FILENO);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    char *text = calloc((size_t)size + 1, 1);
    assert_non_null(text);
    rewind(file);
    assert_int_equal(fread(text, 1, (size_t)size, file), (size_t)size);
    fclose(file);
    return text;
}

static const struct json *parsed(struct arena *arena, struct str line)
{
    static const struct json_limits limits = {.max_depth = 2, .max_nodes = 64};
    struct err err = {0};
    const struct json *json = json_parse(arena, line, &limits, &err);
    assert_string_equal(err.text, "");
    assert_true(json_is(json, JSON_OBJECT));
    return json;
}

static void a_line_is_one_object(void **state)
{
    (void)state;
    FILE *file = capture(LOG_LEVEL_INFO, true);
    log_begin(LOG_LEVEL_INFO, "request");
    log_str("path", STR("/rest/\"a\"\n\x01"));
    log_int("status", -200);
    log_ms("total_ms", 1234567);
    log_ms("wait_ms", -5);
    log_bool("reused", true);
    log_end();
    char *text = captured(file);
    assert_memory_equal(text, "{\"time\":\"20", 11);
    /* Behind the time, which is 24 bytes and a quote. */
    assert_string_equal(
        text + 9 + 25, ",\"level\":\"info\",\"program\":\"gateway\",\"event\":\"request\",\"path\":\"/rest/\\\"a\\\"\\n"
                       "\\u0001\",\"status\":-200,\"total_ms\":1234.567,\"wait_ms\":-0.005,\"reused\":true}\n");
    free(text);
}

static void levels_below_the_least_are_silent(void **state)
{
    (void)state;
    FILE *file = capture(LOG_LEVEL_WARN, true);
    assert_false(log_enabled(LOG_LEVEL_INFO));
    assert_false(log_requests_enabled());
    log_begin(LOG_LEVEL_INFO, "request");
    log_str("path", STR("/"));
    log_end();
    log_line(LOG_LEVEL_DEBUG, "x", "%d", 1);
    char *text = captured(file);
    assert_string_equal(text, "");
    free(text);
    file = capture(LOG_LEVEL_INFO, false);
    assert_false(log_requests_enabled());
    free(captured(file));
}

static void a_warning_is_written_at_once(void **state)
{
    (void)state;
    int reader = capture_pipe();
    char bytes[256];
    log_line(LOG_LEVEL_INFO, "calm", "nothing yet");
    assert_int_equal(fcntl(reader, F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(read(reader, bytes, sizeof bytes), -1);
    log_line(LOG_LEVEL_WARN, "redis_down", "%s", "connection refused");
    ssize_t got = read(reader, bytes, sizeof bytes);
    assert_true(got > 100);
    assert_non_null(memmem(bytes, (size_t)got, "connection refused", 18));
    dup2(real_stderr, STDERR_FILENO);
    close(reader);
}

static void hostile_bytes_stay_json(void **state)
{
    (void)state;
    FILE *file = capture(LOG_LEVEL_INFO, true);
    static const char bad[] = "a\xff\xc3(\xed\xa0\x80\0z";
    log_begin(LOG_LEVEL_INFO, "request");
    log_str("agent", str_of(bad, sizeof bad - 1));
    log_end();
    char *text = captured(file);
    assert_non_null(strstr(text, "\"agent\":\"a\xEF\xBF\xBD\xEF\xBF\xBD(\xEF\xBF\xBD"));
    assert_non_null(strstr(text, "\\u0000z\"}\n"));
    free(text);
}

static void long_values_and_lines_are_cut(void **state)
{
    (void)state;
    struct arena arena = {0};
    static char big[100000];
    memset(big, 'x', sizeof big);
    memcpy(big + 2047, "\xC3\xA4", 2); /* over the cut */
    FILE *file = capture(LOG_LEVEL_INFO, true);
    log_begin(LOG_LEVEL_INFO, "request");
    for (int i = 0; i < 20; i++) {
        char name[16];
        snprintf(name, sizeof name, "f%d", i);
        log_str(name, str_of(big, sizeof big));
    }
    log_int("last", 1);
    log_end();
    char *text = captured(file);
    size_t len = strlen(text);
    assert_true(len < 20000);
    const struct json *line = parsed(&arena, str_of(text, len - 1));
    assert_int_equal(json_get(line, "f0")->text.len, 2047);
    assert_null(json_get(line, "f19"));
    free(text);
    arena_release(&arena);
}

enum { THREADS = 4, LINES = 500 };

static void *write_lines(void *argument)
{
    for (int i = 0; i < LINES; i++) {
        log_begin(LOG_LEVEL_INFO, "tick");
        log_int("thread", *(const int *)argument);
        log_int("number", i);
        log_end();
        if (i % 7 == 0) {
            log_flush();
        }
    }
    return NULL;
}

/* What the threads leave unflushed is written when they end. */
static void threads_do_not_mix_their_lines(void **state)
{
    (void)state;
    FILE *file = capture(LOG_LEVEL_INFO, true);
    pthread_t threads[THREADS];
    int numbers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, write_lines, &numbers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
    }
    char *text = captured(file);
    int64_t next[THREADS] = {0};
    struct arena arena = {0};
    struct str rest = str_from(text);
    struct str line = STR_EMPTY;
    while (str_split(&rest, '\n', &line) && line.len > 0) {
        const struct json *json = parsed(&arena, line);
        int64_t thread = -1;
        int64_t number = -1;
        assert_true(str_to_int64(json_get(json, "thread")->text, 0, THREADS - 1, &thread));
        assert_true(str_to_int64(json_get(json, "number")->text, 0, LINES, &number));
        assert_int_equal(number, next[thread]++);
        arena_reset(&arena);
    }
    for (int i = 0; i < THREADS; i++) {
        assert_int_equal(next[i], LINES);
    }
    arena_release(&arena);
    free(text);
}

static void a_reader_that_stalls_costs_lines_and_no_time(void **state)
{
    (void)state;
    int reader = capture_pipe();
    struct timespec start;
    struct timespec end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < 4000; i++) {
        log_line(LOG_LEVEL_WARN, "flood", "line %d of many that nobody reads", i);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    assert_true(end.tv_sec - start.tv_sec < 2);
    struct arena arena = {0};
    struct strbuf all = {0};
    assert_int_equal(fcntl(reader, F_SETFL, O_NONBLOCK), 0);
    for (int round = 0; round < 2; round++) {
        char bytes[4096];
        for (ssize_t got = read(reader, bytes, sizeof bytes); got > 0; got = read(reader, bytes, sizeof bytes)) {
            strbuf_put(&all, str_of(bytes, (size_t)got));
        }
        log_line(LOG_LEVEL_WARN, "after", "there is room again");
    }
    dup2(real_stderr, STDERR_FILENO);
    close(reader);
    int64_t lines = 0;
    int64_t dropped = 0;
    struct str rest = strbuf_str(&all);
    struct str line = STR_EMPTY;
    while (str_split(&rest, '\n', &line) && line.len > 0) {
        const struct json *json = parsed(&arena, line);
        lines++;
        if (json_get(json, "count") != NULL) {
            assert_true(str_to_int64(json_get(json, "count")->text, 1, 4000, &dropped));
        }
    }
    assert_true(dropped > 0);
    /* 4000 of the flood, one after it, and the note itself. */
    assert_int_equal(lines + dropped, 4002);
    strbuf_release(&all);
    arena_release(&arena);
}

static int enter(void **state)
{
    (void)state;
    real_stderr = dup(STDERR_FILENO);
    return real_stderr < 0 ? -1 : 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_one_object),
        cmocka_unit_test(levels_below_the_least_are_silent),
        cmocka_unit_test(a_warning_is_written_at_once),
        cmocka_unit_test(hostile_bytes_stay_json),
        cmocka_unit_test(long_values_and_lines_are_cut),
        cmocka_unit_test(threads_do_not_mix_their_lines),
        cmocka_unit_test(a_reader_that_stalls_costs_lines_and_no_time),
    };
    return cmocka_run_group_tests(tests, enter, NULL);
}

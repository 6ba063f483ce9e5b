#include "gateway/events/events.h"

#include "common/base/alloc.h"
#include "common/base/strbuf.h"
#include "common/observe/metrics.h"
#include <stdlib.h>

enum {
    MAX_PENDING = 10000, /* commands in flight; about 6 MB when Redis stalls */
    COMMAND_TIMEOUT_US = 2000000,
    XADD_WORDS = 6
};

struct events {
    struct redis *redis;
    struct str stream;
    char *stream_text;
    struct str max_length;
    char max_length_text[24];
};

enum { METRIC_PUBLISHED, METRIC_DROPPED, METRIC_COUNT };

static struct metric metrics[METRIC_COUNT] = {
    [METRIC_PUBLISHED] = {.kind = METRIC_COUNTER,
                          .name = "portti_events_published_total",
                          .help = "Events handed to the Redis stream."},
    [METRIC_DROPPED] = {.kind = METRIC_COUNTER,
                        .name = "portti_events_dropped_total",
                        .help = "Events that Redis did not get; the outbox has them all the same."},
};

void events_register_metrics(void)
{
    metrics_register(metrics, METRIC_COUNT);
}

struct events *events_new(struct loop *loop, const struct events_options *options, struct err *err)
{
    struct redis_options redis_options = {
        .url = options->redis_url, .max_pending = MAX_PENDING, .command_timeout_us = COMMAND_TIMEOUT_US};
    struct redis *redis = redis_new(loop, &redis_options, err);
    if (redis == NULL) {
        return NULL;
    }
    struct events *events = xcalloc(1, sizeof *events);
    events->redis = redis;
    events->stream_text = xstrdup(options->stream);
    events->stream = str_from(events->stream_text);
    struct strbuf digits = {0};
    strbuf_put_int(&digits, options->max_length);
    memcpy(events->max_length_text, digits.ptr, digits.len);
    events->max_length = str_of(events->max_length_text, digits.len);
    strbuf_release(&digits);
    return events;
}

void events_free(struct events *events)
{
    if (events == NULL) {
        return;
    }
    redis_free(events->redis);
    free(events->stream_text);
    free(events);
}

bool events_connected(const struct events *events)
{
    return redis_connected(events->redis);
}

void events_publish(struct events *events, struct arena *arena, const struct event *event)
{
    if (!redis_connected(events->redis)) {
        metric_add(&metrics[METRIC_DROPPED], 1);
        return;
    }
    struct str names[EVENT_STREAM_FIELDS];
    struct str values[EVENT_STREAM_FIELDS];
    event_to_stream(arena, event, names, values);
    struct str words[XADD_WORDS + 2 * EVENT_STREAM_FIELDS] = {STR("XADD"), events->stream,     STR("MAXLEN"),
                                                              STR("~"),    events->max_length, STR("*")};
    for (size_t i = 0; i < EVENT_STREAM_FIELDS; i++) {
        words[XADD_WORDS + 2 * i] = names[i];
        words[XADD_WORDS + 2 * i + 1] = values[i];
    }
    bool sent = redis_send(events->redis, words, ARRAY_LEN(words));
    metric_add(&metrics[sent ? METRIC_PUBLISHED : METRIC_DROPPED], 1);
}

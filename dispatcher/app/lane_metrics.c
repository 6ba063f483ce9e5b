#include "dispatcher/app/lane_metrics.h"
#include <inttypes.h>
#include <stdlib.h>

static int compare(const void *left, const void *right)
{
    const struct lane_view *a = left;
    const struct lane_view *b = right;
    size_t of_a = a->in_flight + a->waiting;
    size_t of_b = b->in_flight + b->waiting;
    return of_a != of_b ? (of_a < of_b ? 1 : -1) : memcmp(&a->webhook, &b->webhook, sizeof a->webhook);
}

static void put_head(struct strbuf *out, const char *name, const char *help)
{
    strbuf_printf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void put_name(struct strbuf *out, const char *name, const struct lane_view *view)
{
    strbuf_printf(out, "%s{webhook=\"", name);
    uuid_put(out, &view->webhook);
    strbuf_puts(out, "\"");
}

static void put_states(struct strbuf *out, const struct lane_view *views, size_t count)
{
    static const char name[] = "portti_webhook_state";
    put_head(out, name, "1: the webhook's breaker is closed, open or probing, or the webhook is paused.");
    for (size_t i = 0; i < count; i++) {
        put_name(out, name, &views[i]);
        strbuf_printf(out, ",state=\"%s\"} 1\n", views[i].state);
    }
}

static void put_sizes(struct strbuf *out, const struct lane_view *views, size_t count, const char *name,
                      const char *help, size_t offset)
{
    put_head(out, name, help);
    for (size_t i = 0; i < count; i++) {
        size_t value = 0;
        memcpy(&value, (const char *)&views[i] + offset, sizeof value);
        put_name(out, name, &views[i]);
        strbuf_printf(out, "} %zu\n", value);
    }
}

static void put_ages(struct strbuf *out, const struct lane_view *views, size_t count)
{
    static const char name[] = "portti_webhook_oldest_seconds";
    put_head(out, name, "Age of the oldest event in memory that the webhook has not got yet.");
    for (size_t i = 0; i < count; i++) {
        int64_t age_ms = views[i].oldest_us / 1000;
        put_name(out, name, &views[i]);
        strbuf_printf(out, "} %" PRId64 ".%03" PRId64 "\n", age_ms / 1000, age_ms % 1000);
    }
}

void lane_metrics_print(struct strbuf *out, struct lane_view *views, size_t count, size_t most)
{
    if (count > 1) {
        qsort(views, count, sizeof *views, compare);
    }
    count = count < most ? count : most;
    if (count == 0) {
        return;
    }
    put_states(out, views, count);
    put_sizes(out, views, count, "portti_webhook_window", "Deliveries that the webhook may have under way at once.",
              offsetof(struct lane_view, window));
    put_sizes(out, views, count, "portti_webhook_in_flight", "Deliveries of the webhook that are under way.",
              offsetof(struct lane_view, in_flight));
    put_sizes(out, views, count, "portti_webhook_waiting",
              "Deliveries of the webhook that wait, in memory or in core.pending as far as it is known.",
              offsetof(struct lane_view, waiting));
    put_ages(out, views, count);
}

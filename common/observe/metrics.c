#include "common/observe/metrics.h"

#include "common/observe/process.h"
#include <assert.h>
#include <string.h>

enum { TABLES_MAX = 32 };

static struct {
    struct metric *metrics;
    size_t count;
} tables[TABLES_MAX];
static size_t table_count;

/* Upper bounds; the last bucket has none. */
static const struct {
    int64_t us;
    const char *text;
} bounds[METRIC_BUCKETS - 1] = {
    {100, "0.0001"}, {250, "0.00025"}, {500, "0.0005"}, {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"},
    {10000, "0.01"}, {25000, "0.025"}, {50000, "0.05"}, {100000, "0.1"},  {250000, "0.25"}, {500000, "0.5"},
    {1000000, "1"},  {2500000, "2.5"}, {5000000, "5"},  {10000000, "10"}, {60000000, "60"},
};

void metrics_register(struct metric *metrics, size_t count)
{
    assert(table_count < TABLES_MAX);
    tables[table_count].metrics = metrics;
    tables[table_count].count = count;
    table_count++;
}

void metric_observe_us(struct metric *metric, int64_t us)
{
    size_t bucket = 0;
    while (bucket < METRIC_BUCKETS - 1 && us > bounds[bucket].us) {
        bucket++;
    }
    atomic_fetch_add_explicit(&metric->buckets[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&metric->value, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&metric->sum_us, us < 0 ? 0 : (uint64_t)us, memory_order_relaxed);
}

static void put_help_text(struct strbuf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\\') {
            strbuf_puts(out, "\\\\");
        } else if (*text == '\n') {
            strbuf_puts(out, "\\n");
        } else {
            strbuf_put_char(out, *text);
        }
    }
}

static void print_head(struct strbuf *out, const struct metric *metric)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    strbuf_printf(out, "# HELP %s ", metric->name);
    put_help_text(out, metric->help == NULL ? "" : metric->help);
    strbuf_printf(out, "\n# TYPE %s %s\n", metric->name, kinds[metric->kind]);
}

static void put_labels(struct strbuf *out, const char *labels)
{
    if (labels != NULL && labels[0] != '\0') {
        strbuf_printf(out, "{%s}", labels);
    }
}

static void put_value(struct strbuf *out, const struct metric *metric)
{
    uint64_t value = atomic_load_explicit(&metric->value, memory_order_relaxed);
    strbuf_puts(out, metric->name);
    put_labels(out, metric->labels);
    strbuf_put_char(out, ' ');
    if (metric->kind == METRIC_GAUGE) {
        strbuf_put_int(out, (int64_t)value);
    } else {
        strbuf_put_uint(out, value);
    }
    strbuf_put_char(out, '\n');
}

/* The count is the sum of the buckets as they were read, so that it always equals the +Inf bucket. */
static void put_histogram(struct strbuf *out, const struct metric *metric)
{
    bool labelled = metric->labels != NULL && metric->labels[0] != '\0';
    uint64_t count = 0;
    for (size_t i = 0; i < METRIC_BUCKETS; i++) {
        count += atomic_load_explicit(&metric->buckets[i], memory_order_relaxed);
        strbuf_printf(out, "%s_bucket{%s%sle=\"%s\"} %llu\n", metric->name, labelled ? metric->labels : "",
                      labelled ? "," : "", i < METRIC_BUCKETS - 1 ? bounds[i].text : "+Inf", (unsigned long long)count);
    }
    uint64_t sum_us = atomic_load_explicit(&metric->sum_us, memory_order_relaxed);
    strbuf_printf(out, "%s_sum", metric->name);
    put_labels(out, metric->labels);
    strbuf_printf(out, " %llu.%06llu\n%s_count", (unsigned long long)(sum_us / 1000000),
                  (unsigned long long)(sum_us % 1000000), metric->name);
    put_labels(out, metric->labels);
    strbuf_printf(out, " %llu\n", (unsigned long long)count);
}

void metrics_print(struct strbuf *out)
{
    const char *name = "";
    for (size_t i = 0; i < table_count; i++) {
        for (size_t j = 0; j < tables[i].count; j++) {
            const struct metric *metric = &tables[i].metrics[j];
            if (strcmp(metric->name, name) != 0) {
                print_head(out, metric);
                name = metric->name;
            }
            if (metric->kind == METRIC_HISTOGRAM) {
                put_histogram(out, metric);
            } else {
                put_value(out, metric);
            }
        }
    }
    process_metrics_print(out);
}

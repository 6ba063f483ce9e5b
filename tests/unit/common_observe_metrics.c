/* The text that Prometheus reads, byte for byte. */
#include "common/base/attributes.h"
#include "common/observe/metrics.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct metric metrics[] = {
    {.kind = METRIC_COUNTER, .name = "t_requests_total", .labels = "status=\"2xx\"", .help = "Requests.\nBy \\ class."},
    {.kind = METRIC_COUNTER, .name = "t_requests_total", .labels = "status=\"5xx\"", .help = "Requests.\nBy \\ class."},
    {.kind = METRIC_GAUGE, .name = "t_connections", .help = "Open now."},
    {.kind = METRIC_HISTOGRAM, .name = "t_seconds", .help = "Time."},
    {.kind = METRIC_HISTOGRAM, .name = "t_labelled_seconds", .labels = "phase=\"sql\"", .help = "Time."},
};

static const char expected[] = "# HELP t_requests_total Requests.\\nBy \\\\ class.\n"
                               "# TYPE t_requests_total counter\n"
                               "t_requests_total{status=\"2xx\"} 3\n"
                               "t_requests_total{status=\"5xx\"} 0\n"
                               "# HELP t_connections Open now.\n"
                               "# TYPE t_connections gauge\n"
                               "t_connections -2\n"
                               "# HELP t_seconds Time.\n"
                               "# TYPE t_seconds histogram\n"
                               "t_seconds_bucket{le=\"0.0001\"} 2\n"
                               "t_seconds_bucket{le=\"0.00025\"} 3\n"
                               "t_seconds_bucket{le=\"0.0005\"} 3\n"
                               "t_seconds_bucket{le=\"0.001\"} 3\n"
                               "t_seconds_bucket{le=\"0.0025\"} 3\n"
                               "t_seconds_bucket{le=\"0.005\"} 3\n"
                               "t_seconds_bucket{le=\"0.01\"} 3\n"
                               "t_seconds_bucket{le=\"0.025\"} 3\n"
                               "t_seconds_bucket{le=\"0.05\"} 3\n"
                               "t_seconds_bucket{le=\"0.1\"} 3\n"
                               "t_seconds_bucket{le=\"0.25\"} 3\n"
                               "t_seconds_bucket{le=\"0.5\"} 3\n"
                               "t_seconds_bucket{le=\"1\"} 3\n"
                               "t_seconds_bucket{le=\"2.5\"} 4\n"
                               "t_seconds_bucket{le=\"5\"} 4\n"
                               "t_seconds_bucket{le=\"10\"} 4\n"
                               "t_seconds_bucket{le=\"60\"} 4\n"
                               "t_seconds_bucket{le=\"+Inf\"} 5\n"
                               "t_seconds_sum 62.000202\n"
                               "t_seconds_count 5\n"
                               "# HELP t_labelled_seconds Time.\n"
                               "# TYPE t_labelled_seconds histogram\n"
                               "t_labelled_seconds_bucket{phase=\"sql\",le=\"0.0001\"} 0\n";

static double number_behind(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    assert_non_null(at);
    double number = -1;
    assert_int_equal(sscanf(at + strlen(name), " %lf", &number), 1);
    return number;
}

static void the_text_is_exact(void **state)
{
    (void)state;
    metrics_register(metrics, ARRAY_LEN(metrics));
    metric_add(&metrics[0], 1);
    metric_add(&metrics[0], 2);
    metric_set(&metrics[2], -2);
    metric_observe_us(&metrics[3], -1);
    metric_observe_us(&metrics[3], 100);
    metric_observe_us(&metrics[3], 101);
    metric_observe_us(&metrics[3], 2000000);
    metric_observe_us(&metrics[3], 60000001);
    struct strbuf out = {0};
    metrics_print(&out);
    assert_true(out.len > strlen(expected));
    out.ptr[strlen(expected)] = '\0';
    assert_string_equal(out.ptr, expected);
    strbuf_release(&out);
}

static void the_process_is_described(void **state)
{
    (void)state;
    struct strbuf out = {0};
    metrics_print(&out);
    const char *text = strbuf_cstr(&out);
    double resident = number_behind(text, "\nprocess_resident_memory_bytes");
    assert_true(resident > 100e3 && resident < 100e9);
    double fds = number_behind(text, "\nprocess_open_fds");
    assert_true(fds >= 3 && fds < 1000);
    assert_true(number_behind(text, "\nprocess_cpu_seconds_total") >= 0);
    double now = (double)time(NULL);
    double start = number_behind(text, "\nprocess_start_time_seconds");
    assert_true(start <= now + 1 && start > now - 600);
    assert_non_null(strstr(text, "# TYPE process_cpu_seconds_total counter\n"));
    assert_non_null(strstr(text, "\nportti_build_info{version=\"" PORTTI_VERSION "\"} 1\n"));
    assert_int_equal(text[out.len - 1], '\n');
    strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_is_exact),
        cmocka_unit_test(the_process_is_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

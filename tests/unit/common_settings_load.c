/* Where settings come from, which one wins, and what a person reads when one is refused. */
#include "common/base/attributes.h"
#include "common/settings/settings.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct conf {
    int64_t port;
    char *host;
    char *secret;
    bool access_log;
    int64_t timeout_us;
    int64_t max_body;
    int log_level;
};

static bool host_check(struct str value, struct err *err)
{
    return !str_is(value, "bad") || err_fail(err, ERR_INVALID, 0, "a host that is not bad");
}

static bool secret_check(struct str value, struct err *err)
{
    return value.len != 3 || err_fail(err, ERR_INVALID, 0, "not %.*s, but a longer one", STR_ARG(value));
}

static const struct setting table[] = {
    {.name = "port",
     .type = SETTING_INT,
     .offset = offsetof(struct conf, port),
     .default_text = "3000",
     .max = 65535,
     .meaning = "The port of the API.",
     .unit = ""},
    {.name = "host",
     .type = SETTING_TEXT,
     .offset = offsetof(struct conf, host),
     .default_text = "127.0.0.1",
     .meaning = "The address to listen on.",
     .check = host_check},
    {.name = "server_secret",
     .type = SETTING_SECRET,
     .offset = offsetof(struct conf, secret),
     .meaning = "What keys are derived from.",
     .check = secret_check},
    {.name = "access_log",
     .type = SETTING_BOOL,
     .offset = offsetof(struct conf, access_log),
     .default_text = "on",
     .meaning = "A line for each request.",
     .reloadable = true},
    {.name = "request_timeout",
     .type = SETTING_DURATION_US,
     .offset = offsetof(struct conf, timeout_us),
     .default_text = "10s",
     .min = 1000,
     .max = 3600000000,
     .meaning = "How long a request may take, from its first byte to the last byte of its answer, before the "
                "connection is closed and the work is given up.",
     .reloadable = true},
    {.name = "max_body",
     .type = SETTING_BYTES,
     .offset = offsetof(struct conf, max_body),
     .default_text = "10M",
     .min = 1024,
     .max = INT64_MAX,
     .meaning = "The longest request body."},
    {.name = "log_level",
     .type = SETTING_CHOICE,
     .offset = offsetof(struct conf, log_level),
     .default_text = "info",
     .choices = "debug|info|warn|error",
     .meaning = "The least level that is written.",
     .reloadable = true},
};

enum { COUNT = ARRAY_LEN(table) };

static char folder[] = "/tmp/settings-XXXXXX";

static void write_file(const char *path, const char *bytes, size_t len)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static bool load_bytes(const char *bytes, size_t len, const char *const *sets, size_t set_count, struct conf *conf,
                       struct err *err)
{
    write_file("t.conf", bytes, len);
    struct settings_source source = {.file = "t.conf", .file_required = true, .sets = sets, .set_count = set_count};
    return settings_load(table, COUNT, &source, conf, err);
}

static bool load(const char *text, struct conf *conf, struct err *err)
{
    return load_bytes(text, strlen(text), NULL, 0, conf, err);
}

static void refused(const char *text, const char *sentence)
{
    struct conf conf = {.port = 7};
    struct err err = {0};
    assert_false(load(text, &conf, &err));
    assert_string_equal(err.text, sentence);
    assert_int_equal(err.code, ERR_INVALID);
    assert_int_equal(conf.port, 7);
    assert_null(conf.host);
}

static void defaults_are_read_by_the_same_rules(void **state)
{
    (void)state;
    struct conf conf = {0};
    struct err err = {0};
    assert_true(load("", &conf, &err));
    assert_int_equal(conf.port, 3000);
    assert_string_equal(conf.host, "127.0.0.1");
    assert_string_equal(conf.secret, "");
    assert_true(conf.access_log);
    assert_int_equal(conf.timeout_us, 10000000);
    assert_int_equal(conf.max_body, 10 * 1024 * 1024);
    assert_int_equal(conf.log_level, 1);
    settings_release(table, COUNT, &conf);
    assert_null(conf.host);
}

static void the_file_is_read(void **state)
{
    (void)state;
    struct conf conf = {0};
    struct err err = {0};
    assert_true(load("\xEF\xBB\xBF# a comment\r\n"
                     "\n"
                     "  port=  8080   # behind a space\r\n"
                     "host = http://a/#b # c\n"
                     "server_secret = \" a # \\\" \\\\ \"  # d\n"
                     "access_log = No\n"
                     "request_timeout = 5m\n"
                     "max_body = 64k\n"
                     "log_level = error\n"
                     "port = 81",
                     &conf, &err));
    assert_int_equal(conf.port, 81);
    assert_string_equal(conf.host, "http://a/#b");
    assert_string_equal(conf.secret, " a # \" \\ ");
    assert_false(conf.access_log);
    assert_int_equal(conf.timeout_us, 300000000);
    assert_int_equal(conf.max_body, 65536);
    assert_int_equal(conf.log_level, 3);
    settings_release(table, COUNT, &conf);
}

static void the_last_source_wins(void **state)
{
    (void)state;
    struct conf conf = {0};
    struct err err = {0};
    setenv("PORTTI_PORT", "2", 1);
    setenv("PORTTI_HOST", "from-env", 1);
    setenv("PORTTI_MAX_BODY", "", 1);
    setenv("PORTTI_TEST_SOMETHING", "x", 1);
    const char *const sets[] = {"port=3", "port=4", "log_level=warn"};
    const char *text = "port = 1\nhost = from-file\nmax_body = 1M\n";
    assert_true(load_bytes(text, strlen(text), sets, ARRAY_LEN(sets), &conf, &err));
    assert_int_equal(conf.port, 4);
    assert_string_equal(conf.host, "from-env");
    assert_int_equal(conf.max_body, 1024 * 1024);
    assert_int_equal(conf.log_level, 2);
    unsetenv("PORTTI_PORT");
    unsetenv("PORTTI_HOST");
    unsetenv("PORTTI_MAX_BODY");
    unsetenv("PORTTI_TEST_SOMETHING");
    settings_release(table, COUNT, &conf);
}

static void a_bad_line_is_refused_with_its_number(void **state)
{
    (void)state;
    refused("\n\nport = 99999", "t.conf:3: port: \"99999\" is not allowed: a whole number from 0 to 65535");
    refused("port = ", "t.conf:1: port: \"\" is not allowed: a whole number from 0 to 65535");
    refused("port = 1x", "t.conf:1: port: \"1x\" is not allowed: a whole number from 0 to 65535");
    refused("port = 99999999999999999999",
            "t.conf:1: port: \"99999999999999999999\" is not allowed: a whole number from 0 to 65535");
    refused("port", "t.conf:1: a line must read: name = value");
    refused(" = 1", "t.conf:1: the name before '=' is missing");
    refused("host = \"a", "t.conf:1: the closing quote is missing");
    refused("host = \"a\" b", "t.conf:1: nothing but a comment may follow the closing quote");
    refused("host = \"\\n\"", "t.conf:1: inside quotes a backslash may only stand before \" or \\");
    refused("host = bad", "t.conf:1: host: \"bad\" is not allowed: a host that is not bad");
    refused("host = \xff", "t.conf:1: host: \"?\" is not allowed: UTF-8 text without NUL bytes");
    refused("access_log = maybe", "t.conf:1: access_log: \"maybe\" is not allowed: on or off");
    refused("request_timeout = 0", "t.conf:1: request_timeout: \"0\" is not allowed: a duration (such as 250ms, 10s, "
                                   "5m, 2h, 7d) from 1ms to 1h");
    refused("request_timeout = 10", "t.conf:1: request_timeout: \"10\" is not allowed: a duration (such as 250ms, "
                                    "10s, 5m, 2h, 7d) from 1ms to 1h");
    refused("max_body = 1023", "t.conf:1: max_body: \"1023\" is not allowed: a size in bytes (such as 65536, 64k, 16M, "
                               "1G) of at least 1k");
    refused("max_body = 9999999999G", "t.conf:1: max_body: \"9999999999G\" is not allowed: a size in bytes (such as "
                                      "65536, 64k, 16M, 1G) of at least 1k");
    refused("log_level = INFO", "t.conf:1: log_level: \"INFO\" is not allowed: debug, info, warn or error");
}

static void an_unknown_name_gets_a_suggestion(void **state)
{
    (void)state;
    refused("prot = 1", "t.conf:1: \"prot\" is not a setting; did you mean \"port\"?");
    refused("Max-Body = 1", "t.conf:1: \"Max-Body\" is not a setting; did you mean \"max_body\"?");
    refused("zzzzzzzzz = 1", "t.conf:1: \"zzzzzzzzz\" is not a setting; --help lists them");
    refused("s3cr+t == 1", "t.conf:1: the part before '=' is not a setting's name");
    struct conf conf = {0};
    struct err err = {0};
    const char *const sets[][1] = {{"hots=a"}, {"hunter2"}, {"=a"}, {"port=x"}};
    static const char *const sentences[] = {
        "--set: \"hots\" is not a setting; did you mean \"host\"?",
        "--set: must read --set NAME=VALUE",
        "--set: must read --set NAME=VALUE",
        "--set port: \"x\" is not allowed: a whole number from 0 to 65535",
    };
    for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
        assert_false(load_bytes("", 0, sets[i], 1, &conf, &err));
        assert_string_equal(err.text, sentences[i]);
    }
}

static void the_environment_is_named_when_it_is_wrong(void **state)
{
    (void)state;
    setenv("PORTTI_REQUEST_TIMEOUT", "soon", 1);
    refused("", "PORTTI_REQUEST_TIMEOUT: \"soon\" is not allowed: a duration (such as 250ms, 10s, 5m, 2h, 7d) from "
                "1ms to 1h");
    unsetenv("PORTTI_REQUEST_TIMEOUT");
}

static void a_secret_is_never_shown(void **state)
{
    (void)state;
    refused("server_secret = abc", "t.conf:1: server_secret: the value is not allowed: it breaks this setting's rule");
    refused("server_secret = a\xff", "t.conf:1: server_secret: the value is not allowed: UTF-8 text without NUL bytes");
    struct conf conf = {0};
    struct err err = {0};
    static const char nul[] = "server_secret = top\0secret";
    assert_false(load_bytes(nul, sizeof nul - 1, NULL, 0, &conf, &err));
    assert_string_equal(err.text, "t.conf:1: the line holds a NUL byte");
}

static void a_secret_can_stand_in_a_file(void **state)
{
    (void)state;
    struct conf conf = {0};
    struct err err = {0};
    write_file("secret", "hidden\n", 7);
    assert_true(load("server_secret = file:secret", &conf, &err));
    assert_string_equal(conf.secret, "hidden");
    settings_release(table, COUNT, &conf);
    refused("server_secret = file:nowhere", "t.conf:1: server_secret: the value is not allowed: the file \"nowhere\" "
                                            "cannot be opened: No such file or directory");
    /* Not the last word: its file is not looked for. */
    const char *const sets[] = {"server_secret=other"};
    const char *text = "server_secret = file:nowhere";
    assert_true(load_bytes(text, strlen(text), sets, 1, &conf, &err));
    assert_string_equal(conf.secret, "other");
    settings_release(table, COUNT, &conf);
}

static void a_missing_file_is_an_error_only_when_required(void **state)
{
    (void)state;
    struct conf conf = {0};
    struct err err = {0};
    struct settings_source source = {.file = "gone.conf"};
    assert_true(settings_load(table, COUNT, &source, &conf, &err));
    source.file_required = true;
    assert_false(settings_load(table, COUNT, &source, &conf, &err));
    assert_string_equal(err.text, "gone.conf: the file cannot be opened: No such file or directory");
    assert_int_equal(conf.port, 3000);
    source.file = ".";
    source.file_required = false;
    assert_false(settings_load(table, COUNT, &source, &conf, &err));
    assert_string_equal(err.text, ".: the file cannot be read: Is a directory");
    settings_release(table, COUNT, &conf);
}

static bool not_empty(struct str value, struct err *err)
{
    return value.len > 0 || err_fail(err, ERR_INVALID, 0, "at least one character");
}

static void a_required_setting_says_how_to_set_it(void **state)
{
    (void)state;
    static const struct setting required[] = {{.name = "server_secret", .type = SETTING_SECRET, .check = not_empty}};
    char *target = NULL;
    struct err err = {0};
    assert_false(settings_load(required, 1, &(struct settings_source){0}, &target, &err));
    assert_string_equal(err.text, "server_secret: must be set (here, as PORTTI_SERVER_SECRET or with --set): at least "
                                  "one character");
}

static void count_restarts(const struct setting *row, void *context)
{
    assert_string_equal(row->name, "port");
    (*(int *)context)++;
}

static void a_reload_takes_only_what_it_may(void **state)
{
    (void)state;
    struct conf conf = {0};
    struct err err = {0};
    assert_true(load("", &conf, &err));
    static const char text[] = "port = 99\naccess_log = off\nrequest_timeout = 1h\n";
    write_file("t.conf", text, strlen(text));
    struct settings_source source = {.file = "t.conf"};
    int restarts = 0;
    assert_true(settings_reload(table, COUNT, &source, &conf, count_restarts, &restarts, &err));
    assert_int_equal(restarts, 1);
    assert_int_equal(conf.port, 3000);
    assert_false(conf.access_log);
    assert_int_equal(conf.timeout_us, 3600000000);
    write_file("t.conf", "port = x", 8);
    assert_false(settings_reload(table, COUNT, &source, &conf, NULL, NULL, &err));
    assert_false(conf.access_log);
    settings_release(table, COUNT, &conf);
}

static void durations_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t us; /* -1 = refused */
    } rows[] = {
        {"0", 0},
        {"0s", 0},
        {"1ms", 1000},
        {"250ms", 250000},
        {"10s", 10000000},
        {"5m", 300000000},
        {"2h", 7200000000},
        {"7d", 604800000000},
        {"106751991d", 9223372022400000000},
        {"106751992d", -1},
        {"", -1},
        {"s", -1},
        {"1", -1},
        {"-1s", -1},
        {"1.5s", -1},
        {"1 s", -1},
        {"1sec", -1},
        {"1S", -1},
        {"99999999999999999999s", -1},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int64_t us = -1;
        assert_int_equal(duration_parse(str_from(rows[i].text), &us), rows[i].us >= 0);
        assert_int_equal(us, rows[i].us);
    }
}

/* Prints through a stream into memory. */
static char *printed(const struct conf *conf)
{
    char *text = NULL;
    size_t len = 0;
    FILE *stream = open_memstream(&text, &len);
    assert_non_null(stream);
    if (conf == NULL) {
        settings_print_help(table, COUNT, stream);
    } else {
        settings_print_values(table, COUNT, conf, stream);
    }
    fclose(stream);
    return text;
}

static void values_print_as_a_file_that_reads_back(void **state)
{
    (void)state;
    struct conf conf = {0};
    struct err err = {0};
    assert_true(
        load("host = \" a \\\" # \"\nserver_secret = hunter2\nmax_body = 1536k\nrequest_timeout=90s", &conf, &err));
    char *text = printed(&conf);
    assert_string_equal(text, "port = 3000\nhost = \" a \\\" # \"\nserver_secret = (set)\naccess_log = on\n"
                              "request_timeout = 90s\nmax_body = 1536k\nlog_level = info\n");
    struct conf again = {0};
    assert_true(load(text, &again, &err));
    assert_string_equal(again.host, conf.host);
    assert_int_equal(again.max_body, conf.max_body);
    free(text);
    settings_release(table, COUNT, &again);
    settings_release(table, COUNT, &conf);
}

static void help_fits_a_hundred_columns(void **state)
{
    (void)state;
    char *text = printed(NULL);
    struct str rest = str_from(text);
    struct str line = STR_EMPTY;
    while (str_split(&rest, '\n', &line)) {
        assert_true(line.len <= 100);
    }
    assert_non_null(strstr(text, "  NAME             DEFAULT    ENVIRONMENT\n"
                                 "  port             3000       PORTTI_PORT\n"
                                 "      The port of the API. Allowed: a whole number from 0 to 65535.\n"));
    assert_non_null(strstr(text, "Read again on SIGHUP."));
    assert_non_null(strstr(text, "PORTTI_SERVER_SECRET"));
    free(text);
}

static int enter(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static int leave(void **state)
{
    (void)state;
    unlink("t.conf");
    unlink("secret");
    return chdir("/") == 0 ? rmdir(folder) : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_read_by_the_same_rules),
        cmocka_unit_test(the_file_is_read),
        cmocka_unit_test(the_last_source_wins),
        cmocka_unit_test(a_bad_line_is_refused_with_its_number),
        cmocka_unit_test(an_unknown_name_gets_a_suggestion),
        cmocka_unit_test(the_environment_is_named_when_it_is_wrong),
        cmocka_unit_test(a_secret_is_never_shown),
        cmocka_unit_test(a_secret_can_stand_in_a_file),
        cmocka_unit_test(a_missing_file_is_an_error_only_when_required),
        cmocka_unit_test(a_required_setting_says_how_to_set_it),
        cmocka_unit_test(a_reload_takes_only_what_it_may),
        cmocka_unit_test(durations_are_read),
        cmocka_unit_test(values_print_as_a_file_that_reads_back),
        cmocka_unit_test(help_fits_a_hundred_columns),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}

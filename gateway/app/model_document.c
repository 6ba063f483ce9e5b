/* `gateway model export`, `gateway model diff` and `gateway model import`. */
#include "common/base/strbuf.h"
#include "gateway/app/app.h"
#include "gateway/app/tools_private.h"
#include "gateway/tools/tools.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { DIFFERENT = 1, UNKNOWN = 3, DOCUMENT_MAX = 64 * 1024 * 1024 };

int app_model_export(const struct gateway_settings *settings, const struct app_model_options *options)
{
    struct err err;
    struct strbuf text = {0};
    struct pg_sync *connection = app_connect(settings, &err);
    bool done = connection != NULL && tools_export(connection, settings->model_file, &text, &err);
    pg_sync_close(connection);
    bool named = options->target != NULL && strcmp(options->target, "-") != 0;
    FILE *file = done && named ? fopen(options->target, "w") : stdout;
    if (done && file == NULL) {
        done = err_fail(&err, ERR_INVALID, 0, "%s cannot be written", options->target);
    }
    if (done) {
        bool written = fwrite(text.ptr, 1, text.len, file) == text.len && fflush(file) == 0;
        done = written || err_fail(&err, ERR_INVALID, 0, "not all of it could be written");
    }
    if (named && file != NULL && file != stdout) {
        fclose(file);
    }
    strbuf_release(&text);
    return done ? 0 : app_complain(&err);
}

static bool read_document(const char *path, struct strbuf *out, struct err *err)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    size_t got = 1;
    if (file == NULL) {
        return err_fail(err, ERR_INVALID, 0, "%s cannot be read", path);
    }
    while (got > 0 && out->len < DOCUMENT_MAX) {
        char bytes[65536];
        got = fread(bytes, 1, sizeof bytes, file);
        strbuf_put(out, str_of(bytes, got));
    }
    bool good = ferror(file) == 0 && got == 0;
    if (file != stdin) {
        fclose(file);
    }
    return good || err_fail(err, ERR_INVALID, 0, "%s cannot be read, or is too long", path);
}

static void on_plan(void *context, const struct blueprint_plan *plan)
{
    (void)context;
    for (size_t i = 0; i < plan->step_count; i++) {
        printf("%.*s\n", STR_ARG(plan->steps[i].line));
    }
    fflush(stdout);
}

static void on_report(void *context, const struct report *report)
{
    (void)context;
    for (const struct report_entry *entry = report->first; entry != NULL; entry = entry->next) {
        for (const struct report_error *error = entry->errors; error != NULL; error = error->next) {
            fputs("gateway: ", stderr);
            for (size_t i = 0; i < entry->fact_count; i++) {
                if (strcmp(entry->facts[i].name, "name") == 0 || strcmp(entry->facts[i].name, "nameSingular") == 0) {
                    fprintf(stderr, "%.*s: ", STR_ARG(entry->facts[i].text));
                }
            }
            fprintf(stderr, "%.*s\n", STR_ARG(error->message));
        }
    }
}

/* -1 when it failed, after a complaint; else how many steps there were. */
static int64_t import(const struct gateway_settings *settings, const struct app_model_options *options, bool apply)
{
    struct err err;
    struct strbuf text = {0};
    size_t steps = 0;
    struct pg_sync *connection = NULL;
    bool done = read_document(options->target, &text, &err);
    if (done) {
        connection = app_connect(settings, &err);
    }
    if (connection != NULL) {
        struct tools_import wish = {.conninfo = settings->database_url,
                                    .model_file = settings->model_file,
                                    .document = strbuf_str(&text),
                                    .apply = apply,
                                    .allow_destructive = options->allow_destructive,
                                    .on_plan = on_plan,
                                    .on_report = on_report};
        done = tools_import(connection, &wish, &steps, &err);
    }
    done = done && connection != NULL;
    pg_sync_close(connection);
    strbuf_release(&text);
    if (!done) {
        app_complain(&err);
    }
    return done ? (int64_t)steps : -1;
}

int app_model_diff(const struct gateway_settings *settings, const struct app_model_options *options)
{
    int64_t steps = import(settings, options, false);
    return steps < 0 ? UNKNOWN : steps > 0 ? DIFFERENT : 0;
}

int app_model_import(const struct gateway_settings *settings, const struct app_model_options *options)
{
    bool apply = options->yes && !options->dry_run;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, NULL); /* connections on a loop */
    int64_t steps = import(settings, options, apply);
    if (steps < 0) {
        return 1;
    }
    puts(steps == 0 ? "Nothing to do: the model is as the document says."
         : apply    ? "Done. Gateways follow within a second."
                    : "Nothing has been changed. --yes does it.");
    return 0;
}

/* `gateway model verify`. */
#include "common/base/strbuf.h"
#include "gateway/app/app.h"
#include "gateway/app/tools_private.h"
#include "gateway/tools/tools.h"
#include <stdio.h>

enum { DISAGREE = 1, UNKNOWN = 3 };

int app_model_verify(const struct gateway_settings *settings, const struct app_model_options *options)
{
    struct err err;
    struct arena arena = {0};
    struct findings findings = {.arena = &arena};
    struct pg_sync *connection = app_connect(settings, &err);
    bool done = connection != NULL && tools_verify(connection, settings->model_file, options->counts, &findings, &err);
    pg_sync_close(connection);
    if (done) {
        struct strbuf text = {0};
        if (options->json) {
            findings_put_json(&text, &findings);
        } else {
            findings_put_text(&text, &findings);
        }
        fwrite(text.ptr, 1, text.len, stdout);
        strbuf_release(&text);
    } else {
        app_complain(&err);
    }
    int status = !done ? UNKNOWN : findings.problems > 0 ? DISAGREE : 0;
    arena_release(&arena);
    return status;
}

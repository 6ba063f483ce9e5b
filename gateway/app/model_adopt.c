/* `gateway model adopt`. */
#include "common/base/strbuf.h"
#include "gateway/app/app.h"
#include "gateway/app/tools_private.h"
#include "gateway/tools/tools.h"
#include <stdio.h>

static bool read_maps(const struct app_model_options *options, struct adopt_wish *wish, struct err *err)
{
    if (options->map_count > ADOPT_MAPS_MAX) {
        return err_fail(err, ERR_INVALID, 0, "at most %d --map", ADOPT_MAPS_MAX);
    }
    for (size_t i = 0; i < options->map_count; i++) {
        struct str rest = str_from(options->maps[i]);
        size_t at = str_find(rest, '=');
        if (at == 0 || at >= rest.len) {
            return err_fail(err, ERR_INVALID, 0, "--map %s: it wants FIELD=COLUMN", options->maps[i]);
        }
        wish->maps[wish->map_count].field = str_slice(rest, 0, at);
        wish->maps[wish->map_count++].column = str_slice(rest, at + 1, rest.len);
    }
    return true;
}

static bool read_wish(const struct app_model_options *options, struct adopt_wish *wish, struct err *err)
{
    struct str target = str_from(options->target);
    size_t at = str_find(target, '.');
    if (at == 0 || at + 1 >= target.len) {
        return err_fail(err, ERR_INVALID, 0, "\"%s\": it wants SCHEMA.TABLE", options->target);
    }
    if (options->singular == NULL || options->plural == NULL) {
        return err_fail(err, ERR_INVALID, 0,
                        "the object wants names: --singular customer --plural customers, for example");
    }
    *wish = (struct adopt_wish){.schema = str_slice(target, 0, at),
                                .table = str_slice(target, at + 1, target.len),
                                .singular = str_from(options->singular),
                                .plural = str_from(options->plural),
                                .add_system_columns = options->add_system_columns,
                                .add_id = options->add_id};
    return read_maps(options, wish, err);
}

static void tell(const struct adopt_wish *wish, const struct adoption *adoption, bool yes)
{
    struct strbuf text = {0};
    adopt_put_text(&text, wish, adoption);
    if (adoption->missing.count == 0) {
        strbuf_puts(&text, yes ? "Adopted. Gateways serve it within a second.\n"
                               : "Nothing has been changed. --yes does it.\n");
    }
    fwrite(text.ptr, 1, text.len, stdout);
    strbuf_release(&text);
}

int app_model_adopt(const struct gateway_settings *settings, const struct app_model_options *options)
{
    struct err err;
    struct arena arena = {0};
    struct adopt_wish wish;
    struct adoption adoption = {0};
    struct pg_sync *connection = NULL;
    bool done = read_wish(options, &wish, &err);
    if (done) {
        connection = app_connect(settings, &err);
        done = connection != NULL && tools_adopt(connection, &arena, &wish, options->yes, &adoption, &err);
    }
    pg_sync_close(connection);
    int status = done && adoption.missing.count == 0 ? 0 : 1;
    if (done) {
        tell(&wish, &adoption, options->yes);
    } else {
        app_complain(&err);
    }
    arena_release(&arena);
    return status;
}

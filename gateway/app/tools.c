/* The commands that do one thing and end: migrations and keys. Blocking, on a connection of their own. */
#include "common/base/arena.h"
#include "common/crypto/digest.h"
#include "common/loop/loop.h"
#include "common/migrate/migrate.h"
#include "common/observe/log.h"
#include "common/pg/pg_sync.h"
#include "common/text/timestamp.h"
#include "gateway/app/app.h"
#include "gateway/app/tools_private.h"
#include "gateway/auth/auth.h"
#include "gateway/control/control.h"
#include "gateway/request/graphql_schema.h"
#include <stdio.h>

enum { CONNECT_TIMEOUT_MS = 30000, SCHEMA_TIMEOUT_MS = 10000, TOKEN_YEARS = 100 };

int app_complain(const struct err *err)
{
    fprintf(stderr, "gateway: %s\n", err->text);
    return 1;
}

struct pg_sync *app_connect(const struct gateway_settings *settings, struct err *err)
{
    log_init("gateway", LOG_LEVEL_WARN, false);
    return pg_sync_open(settings->database_url, CONNECT_TIMEOUT_MS, err);
}

int app_migrate(const struct gateway_settings *settings)
{
    struct err err;
    struct pg_sync *connection = app_connect(settings, &err);
    if (connection == NULL) {
        return app_complain(&err);
    }
    size_t applied = 0;
    size_t made = 0;
    bool done = migrate_run(connection, settings->schema_dir, &applied, &err) &&
                model_seed(connection, settings->model_file, &made, &err);
    pg_sync_close(connection);
    if (!done) {
        return app_complain(&err);
    }
    printf("%zu migrations applied, %zu standard objects made\n", applied, made);
    return 0;
}

/* ---- the schema ---- */

struct printing {
    struct loop *loop;
    size_t endpoint;
    bool printed;
    struct err err;
};

static void print_schema(void *context, struct catalogue *catalogue)
{
    struct printing *printing = context;
    struct schema_set *schemas = schema_set_new(catalogue);
    const struct gql_schema *schema = schema_set_get(schemas, printing->endpoint);
    if (schema == NULL) {
        err_fail(&printing->err, ERR_INTERNAL, 0, "the schema could not be made: see the log");
    } else if (!printing->printed) {
        struct strbuf text = {0};
        gql_schema_print_sdl(&text, schema);
        printing->printed = fwrite(text.ptr, 1, text.len, stdout) == text.len && fflush(stdout) == 0;
        strbuf_release(&text);
    }
    schema_set_unref(schemas);
    loop_stop(printing->loop);
}

static void on_no_catalogue(void *context)
{
    struct printing *printing = context;
    err_fail(&printing->err, ERR_UNAVAILABLE, 0, "the data model could not be read: run `gateway migrate` first");
    loop_stop(printing->loop);
}

static void ignore_keyring(void *context, struct keyring *keyring)
{
    (void)context;
    (void)keyring;
}

int app_graphql_schema(const struct gateway_settings *settings, const char *path)
{
    struct printing printing = {.endpoint = graphql_find(str_from(path))};
    err_fail(&printing.err, ERR_INTERNAL, 0, "the schema could not be written");
    if (printing.endpoint == graphql_endpoint_count) {
        err_fail(&printing.err, ERR_INVALID, 0, "there is no GraphQL endpoint at %s", path);
        return app_complain(&printing.err);
    }
    /* First with one that says what is wrong; the control room tries for ever. */
    struct pg_sync *connection = app_connect(settings, &printing.err);
    if (connection == NULL) {
        return app_complain(&printing.err);
    }
    pg_sync_close(connection);
    printing.loop = loop_new();
    struct control_options options = {.conninfo = settings->database_url,
                                      .poll_us = (int64_t)CONNECT_TIMEOUT_MS * 1000,
                                      .fold_us = (int64_t)CONNECT_TIMEOUT_MS * 1000,
                                      .retention_us = settings->retention_us,
                                      .on_catalogue = print_schema,
                                      .on_keyring = ignore_keyring,
                                      .context = &printing};
    struct control *control = control_new(printing.loop, &options);
    struct loop_timer timer = {0};
    loop_timer_init(&timer, printing.loop, on_no_catalogue, &printing);
    loop_timer_start(&timer, (int64_t)SCHEMA_TIMEOUT_MS * 1000);
    loop_run(printing.loop);
    loop_timer_release(&timer);
    control_free(control);
    loop_free(printing.loop);
    return printing.printed ? 0 : app_complain(&printing.err);
}

static bool read_workspace(struct pg_sync *connection, struct uuid *out, struct err *err)
{
    struct pg_sync_result *result = pg_sync_query(connection, "select id from core.workspace", NULL, 0, err);
    if (result == NULL) {
        return false;
    }
    bool found = pg_sync_rows(result) == 1 && uuid_parse(pg_sync_value(result, 0, 0), out);
    pg_sync_result_free(result);
    return found || err_fail(err, ERR_INTERNAL, 0, "the database has no workspace: run `gateway migrate` first");
}

static bool insert_key(struct pg_sync *connection, const struct app_key_options *options, struct str id,
                       struct str expires, struct err *err)
{
    struct str params[] = {id, str_from(options->name), expires, str_from(options->role)};
    struct pg_sync_result *result = pg_sync_query(connection,
                                                  "insert into core.api_key (id, name, expires_at, role_id)"
                                                  " select $1::uuid, $2::text, $3::timestamptz, r.id from core.role r"
                                                  " where r.label = $4::text and r.can_be_assigned_to_api_keys",
                                                  params, ARRAY_LEN(params), err);
    if (result == NULL) {
        return false;
    }
    bool inserted = pg_sync_affected(result) == 1;
    pg_sync_result_free(result);
    return inserted || err_fail(err, ERR_INVALID, 0, "there is no role \"%s\" that keys may have", options->role);
}

static bool read_expiry(const struct app_key_options *options, int64_t now_us, int64_t *out, struct err *err)
{
    if (options->expires == NULL) {
        *out = now_us + (int64_t)TOKEN_YEARS * 365 * 86400 * 1000000;
        return true;
    }
    if (!timestamp_parse(str_from(options->expires), out)) {
        return err_fail(err, ERR_INVALID, 0, "--expires must be a date such as 2027-12-31");
    }
    return *out > now_us || err_fail(err, ERR_INVALID, 0, "--expires lies in the past");
}

static bool create_key(struct pg_sync *connection, struct arena *arena, const struct gateway_settings *settings,
                       const struct app_key_options *options, struct str *token, struct err *err)
{
    int64_t now_us = clock_wall_us();
    int64_t expires_us = 0;
    struct uuid workspace;
    uint8_t random[16];
    random_bytes(random, sizeof random);
    struct uuid key = uuid_v4(random);
    char id[UUID_TEXT_LEN];
    char expires[TIMESTAMP_TEXT_LEN];
    uuid_print(&key, id);
    if (!read_expiry(options, now_us, &expires_us, err) || !read_workspace(connection, &workspace, err)) {
        return false;
    }
    timestamp_print(expires_us, expires);
    if (!insert_key(connection, options, str_of(id, sizeof id), str_of(expires, sizeof expires), err)) {
        return false;
    }
    *token =
        token_issue(arena, str_from(settings->secret_key), &workspace, &key, now_us / 1000000, expires_us / 1000000);
    return true;
}

int app_key_create(const struct gateway_settings *settings, const struct app_key_options *options)
{
    struct err err;
    struct arena arena = {0};
    struct str token;
    struct pg_sync *connection = app_connect(settings, &err);
    bool done = connection != NULL && create_key(connection, &arena, settings, options, &token, &err);
    if (connection != NULL) {
        pg_sync_close(connection);
    }
    if (done) {
        printf("%.*s\n", STR_ARG(token));
    }
    arena_release(&arena);
    return done ? 0 : app_complain(&err);
}

int app_key_list(const struct gateway_settings *settings)
{
    struct err err;
    struct pg_sync *connection = app_connect(settings, &err);
    if (connection == NULL) {
        return app_complain(&err);
    }
    struct pg_sync_result *result = pg_sync_query(
        connection,
        "select k.id, k.name, coalesce(r.label, '-'), to_char(k.expires_at at time zone 'UTC', 'YYYY-MM-DD'),"
        " case when k.revoked_at is not null then 'revoked' when k.expires_at < now() then 'expired' else 'active' end"
        " from core.api_key k left join core.role r on r.id = k.role_id order by k.created_at, k.id",
        NULL, 0, &err);
    pg_sync_close(connection);
    if (result == NULL) {
        return app_complain(&err);
    }
    printf("%-36s  %-8s  %-10s  %-12s  %s\n", "id", "state", "expires", "role", "name");
    for (size_t i = 0; i < pg_sync_rows(result); i++) {
        struct str cells[5];
        for (size_t c = 0; c < ARRAY_LEN(cells); c++) {
            cells[c] = pg_sync_value(result, i, c);
        }
        printf("%.*s  %-8.*s  %-10.*s  %-12.*s  %.*s\n", STR_ARG(cells[0]), STR_ARG(cells[4]), STR_ARG(cells[3]),
               STR_ARG(cells[2]), STR_ARG(cells[1]));
    }
    pg_sync_result_free(result);
    return 0;
}

int app_key_revoke(const struct gateway_settings *settings, const struct app_key_options *options)
{
    struct err err;
    struct uuid id;
    if (!uuid_parse(str_from(options->id), &id)) {
        err_fail(&err, ERR_INVALID, 0, "\"%s\" is not the id of a key: `gateway apikey list` shows them", options->id);
        return app_complain(&err);
    }
    struct pg_sync *connection = app_connect(settings, &err);
    if (connection == NULL) {
        return app_complain(&err);
    }
    struct str params[] = {str_from(options->id)};
    struct pg_sync_result *result = pg_sync_query(connection,
                                                  "update core.api_key set revoked_at = coalesce(revoked_at, now()),"
                                                  " updated_at = now() where id = $1::uuid",
                                                  params, 1, &err);
    uint64_t found = result == NULL ? 0 : pg_sync_affected(result);
    if (result != NULL && found == 0) {
        err_fail(&err, ERR_NOT_FOUND, 0, "there is no key %s", options->id);
    }
    pg_sync_result_free(result);
    pg_sync_close(connection);
    if (found == 0) {
        return app_complain(&err);
    }
    printf("revoked\n");
    return 0;
}

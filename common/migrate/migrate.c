#include "common/migrate/migrate.h"
#include "common/base/alloc.h"
#include "common/base/strbuf.h"
#include "common/observe/log.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX_BYTES = 4 * 1024 * 1024, NUMBER_DIGITS = 4 };

/* Any number will do, as long as both programs use the same and nothing else does. */
#define LOCK_KEY "7077000"

struct migration {
    char *name; /* of the file */
    int64_t number;
    char *sql;
    struct str fingerprint; /* in migrations.arena */
    bool applied;
};

struct migrations {
    struct arena arena;
    struct migration *items; /* by number: items[i].number is i + 1 */
    size_t count;
};

static void migrations_release(struct migrations *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i].name);
        free(list->items[i].sql);
    }
    free(list->items);
    arena_release(&list->arena);
}

/* ---- the folder ---- */

/* "0001_core.sql". */
static bool parse_name(struct str name, int64_t *number)
{
    if (name.len <= NUMBER_DIGITS + 1 || name.ptr[NUMBER_DIGITS] != '_' || !str_ends_with(name, STR(".sql"))) {
        return false;
    }
    return str_to_int64(str_slice(name, 0, NUMBER_DIGITS), 0, 9999, number);
}

static int is_migration(const struct dirent *entry)
{
    int64_t number = 0;
    return parse_name(str_from(entry->d_name), &number);
}

static char *read_file(const char *path, struct err *err)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        err_fail(err, ERR_INVALID, 0, "%s cannot be read: %s", path, strerror(errno));
        return NULL;
    }
    struct strbuf text;
    strbuf_init(&text, FILE_MAX_BYTES);
    char chunk[8192];
    size_t got = 0;
    while ((got = fread(chunk, 1, sizeof chunk, file)) > 0) {
        strbuf_put(&text, str_of(chunk, got));
    }
    bool ok = !ferror(file) && !text.overflowed && str_find(strbuf_str(&text), '\0') == text.len;
    (void)fclose(file);
    char *copy = ok ? xstrdup(strbuf_cstr(&text)) : NULL;
    strbuf_release(&text);
    if (!ok) {
        err_fail(err, ERR_INVALID, 0, "%s cannot be read, is too long or is no text", path);
    }
    return copy;
}

static bool add_file(struct migrations *list, const char *folder, const char *name, struct err *err)
{
    int64_t number = 0;
    int64_t wanted = (int64_t)list->count + 1;
    if (!parse_name(str_from(name), &number) || number != wanted) {
        return err_fail(err, ERR_INVALID, 0,
                        "Migrations must be numbered without a gap or a double: %s is not number %d", name,
                        (int)wanted);
    }
    struct str path = arena_printf(&list->arena, "%s/%s", folder, name);
    char *sql = read_file(arena_cstr(&list->arena, path), err);
    if (sql == NULL) {
        return false;
    }
    list->items[list->count++] = (struct migration){.name = xstrdup(name), .number = number, .sql = sql};
    return true;
}

static bool read_folder(const char *folder, struct migrations *list, struct err *err)
{
    struct dirent **entries = NULL;
    int found = scandir(folder, &entries, is_migration, alphasort);
    if (found <= 0) {
        free(entries);
        return err_fail(err, ERR_INVALID, 0, "There are no migrations in %s", folder);
    }
    list->items = xcalloc((size_t)found, sizeof *list->items);
    bool ok = true;
    for (int i = 0; i < found; i++) {
        ok = ok && add_file(list, folder, entries[i]->d_name, err);
        free(entries[i]);
    }
    free(entries);
    return ok;
}

/* ---- the database ---- */

static bool run(struct pg_sync *connection, const char *sql, const struct str *params, size_t count, struct err *err)
{
    struct pg_sync_result *result = pg_sync_query(connection, sql, params, count, err);
    if (result == NULL) {
        return false;
    }
    pg_sync_result_free(result);
    return true;
}

/* PostgreSQL does the hashing, so that this room needs no cryptography. */
static bool fingerprint(struct pg_sync *connection, struct migrations *list, struct err *err)
{
    for (size_t i = 0; i < list->count; i++) {
        struct str text = str_from(list->items[i].sql);
        struct pg_sync_result *result =
            pg_sync_query(connection, "select encode(sha256(convert_to($1::text, 'UTF8')), 'hex')", &text, 1, err);
        if (result == NULL) {
            return false;
        }
        list->items[i].fingerprint = arena_copy(&list->arena, pg_sync_value(result, 0, 0));
        pg_sync_result_free(result);
    }
    return true;
}

/* NULL when the folder has none of this number. */
static struct migration *find(struct migrations *list, struct str number_text)
{
    int64_t number = 0;
    if (!str_to_int64(number_text, 1, 9999, &number)) {
        return NULL;
    }
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].number == number) {
            return &list->items[i];
        }
    }
    return NULL;
}

static bool match_row(struct migrations *list, struct str number, struct str name, struct str known, struct err *err)
{
    struct migration *migration = find(list, number);
    if (migration == NULL) {
        return err_fail(err, ERR_CONFLICT, 0,
                        "The database has migration %.*s, which this program does not know: it is older",
                        STR_ARG(name));
    }
    if (!str_eq(migration->fingerprint, known)) {
        return err_fail(err, ERR_CONFLICT, 0,
                        "Migration %s was applied with another text: it must not change afterwards", migration->name);
    }
    migration->applied = true;
    return true;
}

/* Marks what is applied; refuses what was applied and differs. */
static bool compare(struct pg_sync *connection, struct migrations *list, struct err *err)
{
    struct pg_sync_result *exists =
        pg_sync_query(connection, "select 1 where to_regclass('core.migration') is not null", NULL, 0, err);
    if (exists == NULL) {
        return false;
    }
    bool fresh = pg_sync_rows(exists) == 0;
    pg_sync_result_free(exists);
    if (fresh) {
        return true;
    }
    struct pg_sync_result *rows =
        pg_sync_query(connection, "select number, name, fingerprint from core.migration order by number", NULL, 0, err);
    if (rows == NULL) {
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < pg_sync_rows(rows); i++) {
        ok = match_row(list, pg_sync_value(rows, i, 0), pg_sync_value(rows, i, 1), pg_sync_value(rows, i, 2), err);
    }
    pg_sync_result_free(rows);
    return ok;
}

static bool apply_inside(struct pg_sync *connection, struct migrations *list, const struct migration *migration,
                         struct err *err)
{
    struct str params[] = {arena_printf(&list->arena, "%d", (int)migration->number), str_from(migration->name),
                           migration->fingerprint};
    return pg_sync_script(connection, migration->sql, err) &&
           run(connection, "insert into core.migration (number, name, fingerprint) values ($1::integer, $2, $3)",
               params, ARRAY_LEN(params), err) &&
           run(connection, "commit", NULL, 0, err);
}

static bool apply(struct pg_sync *connection, struct migrations *list, const struct migration *migration,
                  struct err *err)
{
    struct err why;
    if (run(connection, "begin", NULL, 0, &why) && apply_inside(connection, list, migration, &why)) {
        log_begin(LOG_LEVEL_INFO, "migration_applied");
        log_str("name", str_from(migration->name));
        log_end();
        return true;
    }
    struct err ignored;
    (void)run(connection, "rollback", NULL, 0, &ignored);
    return err_fail(err, why.code, 0, "Migration %s failed: %s", migration->name, why.text);
}

static bool apply_missing(struct pg_sync *connection, struct migrations *list, size_t *applied, struct err *err)
{
    static const char *const table = "create schema if not exists core;"
                                     "create table if not exists core.migration ("
                                     "    number      integer primary key,"
                                     "    name        text not null,"
                                     "    fingerprint text not null,"
                                     "    applied_at  timestamptz not null default now());";
    if (!pg_sync_script(connection, table, err) || !compare(connection, list, err)) {
        return false;
    }
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].applied) {
            continue;
        }
        if (!apply(connection, list, &list->items[i], err)) {
            return false;
        }
        ++*applied;
    }
    return true;
}

bool migrate_run(struct pg_sync *connection, const char *folder, size_t *applied, struct err *err)
{
    struct migrations list = {0};
    *applied = 0;
    bool ok = read_folder(folder, &list, err) && fingerprint(connection, &list, err) &&
              run(connection, "select pg_advisory_lock(" LOCK_KEY ")", NULL, 0, err);
    if (ok) {
        struct err ignored;
        ok = apply_missing(connection, &list, applied, err);
        /* A connection that is lost has dropped the lock by itself. */
        (void)run(connection, "select pg_advisory_unlock(" LOCK_KEY ")", NULL, 0, &ignored);
    }
    migrations_release(&list);
    return ok;
}

static bool report_missing(const struct migrations *list, struct err *err)
{
    struct strbuf names = {0};
    for (size_t i = 0; i < list->count; i++) {
        if (!list->items[i].applied) {
            strbuf_printf(&names, "%s%s", names.len > 0 ? ", " : "", list->items[i].name);
        }
    }
    bool ok = names.len == 0 ||
              err_fail(err, ERR_UNAVAILABLE, 0, "Migrations are missing (run migrate): %s", strbuf_cstr(&names));
    strbuf_release(&names);
    return ok;
}

bool migrate_check(struct pg_sync *connection, const char *folder, struct err *err)
{
    struct migrations list = {0};
    bool ok = read_folder(folder, &list, err) && fingerprint(connection, &list, err) &&
              compare(connection, &list, err) && report_missing(&list, err);
    migrations_release(&list);
    return ok;
}

/* What the test of migrations and the model runs: the rooms as the gateway uses them, on a database of its own. */
#include "common/loop/loop.h"
#include "common/migrate/migrate.h"
#include "common/observe/log.h"
#include "gateway/control/control.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

struct watch {
    struct loop *loop;
    struct control *control;
    bool once;
};

static int fail(const struct err *err)
{
    fprintf(stderr, "driver: %s\n", err->text);
    return 1;
}

static void print_field(const struct field *field)
{
    const struct object *object = field->object;
    printf("field|%.*s|%.*s|%s|%s|%.*s|%zu\n", STR_ARG(object->name_singular), STR_ARG(field->name),
           field_types[field->type].name, field->unique ? "unique" : "-",
           STR_ARG(field->target == NULL ? STR("-") : field->target->name_singular), field->option_count);
}

static void print_join(const struct field *field)
{
    /* As pg_constraint.confdeltype has them. */
    static const char actions[] = {
        [ON_DELETE_SET_NULL] = 'n', [ON_DELETE_CASCADE] = 'c', [ON_DELETE_RESTRICT] = 'r', [ON_DELETE_NO_ACTION] = 'a'};
    printf("join|%.*s|%.*s|%.*s|%c\n", STR_ARG(field->object->name_singular), STR_ARG(field->columns->name),
           STR_ARG(field->target->name_singular), actions[field->on_delete]);
}

static void print_object(const struct object *object)
{
    printf("object|%.*s|%.*s|%.*s|%zu fields|%zu columns|%zu referrers|label %.*s\n", STR_ARG(object->name_singular),
           STR_ARG(object->name_plural), STR_ARG(object->table), object->field_count, object->column_count,
           object->referrer_count,
           STR_ARG(object->label_identifier == NULL ? STR("-") : object->label_identifier->name));
    for (size_t i = 0; i < object->field_count; i++) {
        print_field(&object->fields[i]);
        if (object->fields[i].side == RELATION_MANY_TO_ONE) {
            print_join(&object->fields[i]);
        }
    }
    for (size_t i = 0; i < object->column_count; i++) {
        const struct column *column = &object->columns[i];
        printf("column|%.*s|%.*s|%s|%s\n", STR_ARG(object->name_singular), STR_ARG(column->name),
               column_kinds[column->kind].sql, column->nullable ? "null" : "not null");
    }
}

static void stop_when_ready(struct watch *watch)
{
    if (watch->once && control_ready(watch->control)) {
        loop_stop(watch->loop);
    }
}

static void on_catalogue(void *context, struct catalogue *catalogue)
{
    struct watch *watch = context;
    printf("catalogue|%lld|%zu\n", (long long)catalogue->version, catalogue->object_count);
    for (size_t i = 0; watch->once && i < catalogue->object_count; i++) {
        print_object(&catalogue->objects[i]);
    }
    (void)fflush(stdout);
    stop_when_ready(watch);
}

static void on_keyring(void *context, struct keyring *keyring)
{
    printf("keyring|%lld|%zu\n", (long long)keyring->version, keyring->key_count);
    (void)fflush(stdout);
    stop_when_ready(context);
}

static void on_signal(void *context)
{
    loop_stop(context);
}

/* Follows the database until told to stop, or with `once` until all is loaded. */
static int watch_database(const char *conninfo, bool once)
{
    struct watch watch = {.loop = loop_new(), .once = once};
    struct control_options options = {
        .conninfo = conninfo,
        .poll_us = 100000,
        .fold_us = 50000,
        .retention_us = INT64_C(7) * 24 * 3600 * 1000000,
        .on_catalogue = on_catalogue,
        .on_keyring = on_keyring,
        .context = &watch,
    };
    loop_on_signal(watch.loop, SIGTERM, on_signal, watch.loop);
    watch.control = control_new(watch.loop, &options);
    loop_run(watch.loop);
    control_free(watch.control);
    loop_free(watch.loop);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 3 || (argc < 4 && strcmp(argv[2], "load") != 0 && strcmp(argv[2], "watch") != 0)) {
        fprintf(stderr, "usage: driver CONNINFO migrate FOLDER | check FOLDER | seed FILE | load | watch\n");
        return 2;
    }
    log_init("driver", LOG_LEVEL_INFO, false);
    const char *command = argv[2];
    if (strcmp(command, "load") == 0 || strcmp(command, "watch") == 0) {
        return watch_database(argv[1], strcmp(command, "load") == 0);
    }
    struct err err;
    struct pg_sync *connection = pg_sync_open(argv[1], 5000, &err);
    if (connection == NULL) {
        return fail(&err);
    }
    size_t count = 0;
    bool ok = false;
    if (strcmp(command, "migrate") == 0) {
        ok = migrate_run(connection, argv[3], &count, &err);
    } else if (strcmp(command, "check") == 0) {
        ok = migrate_check(connection, argv[3], &err);
    } else {
        ok = model_seed(connection, argv[3], &count, &err);
    }
    pg_sync_close(connection);
    log_flush();
    if (!ok) {
        return fail(&err);
    }
    printf("%zu\n", count);
    return 0;
}

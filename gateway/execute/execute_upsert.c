/*
 * Upsert: records are matched by their id and by unique fields, deleted ones too (contract 1.5); what matches is
 * updated in place, the rest is created. Matches are locked in the order of their ids by one statement. A record that
 * somebody else inserts in between is met as a broken uniqueness: then all of it is tried once more, and found.
 */
#include "gateway/execute/along.h"
#include "gateway/execute/unique_key.h"
#include <stdlib.h>

struct upsert {
    struct unique_keys keys;
    struct record_change **targets; /* of each input */
    struct change *created;         /* their values alone */
    size_t created_count;
    bool again;
};

static bool fail_input(struct operation *operation, const struct err *err, size_t index)
{
    struct err named = *err;
    if (operation->plan.batch) {
        err_fail_tag(&named, err->code, err->tag, "%s (record %zu of the batch)", err->text, index + 1);
    }
    operation_fail(operation, &named);
    return false;
}

static bool is_deleted(const struct record_change *change)
{
    return !change->before[change->object->deleted_at->index].null;
}

static bool conflict(struct operation *operation, const struct upsert *upsert, const struct record_input *input,
                     struct err *err)
{
    struct str given = STR_EMPTY;
    for (size_t k = 0; k < upsert->keys.count; k++) {
        for (size_t i = 0;
             unique_key_given(&upsert->keys.items[k], input) && i < upsert->keys.items[k].count && given.len < 100;
             i++) {
            const struct column *column = upsert->keys.items[k].columns[i];
            struct str value = str_cut(value_to_pg(operation->arena, &input->values[column->index]), 60);
            given = arena_printf(operation->arena, "%.*s%s%.*s: %.*s", STR_ARG(given), given.len == 0 ? "" : ", ",
                                 STR_ARG(column->name), STR_ARG(value));
        }
    }
    return err_fail_tag(err, ERR_INVALID, "UPSERT_MULTIPLE_MATCHING_RECORDS_CONFLICT",
                        "Multiple records found with the same unique field values for %.*s. Cannot determine which "
                        "record to update.",
                        STR_ARG(given));
}

/* A live record stands before deleted ones that had the same value; several of those alone are a conflict. */
static bool match_key(const struct write_set *set, const struct record_input *input, const struct unique_key *key,
                      struct record_change **out)
{
    size_t deleted = 0;
    *out = NULL;
    for (size_t i = 0; i < set->count; i++) {
        struct record_change *change = set->items[i];
        if (change->before == NULL || !unique_key_eq(key, input->values, change->before)) {
            continue;
        }
        if (!is_deleted(change)) {
            *out = change;
            return true;
        }
        *out = change;
        deleted++;
    }
    return deleted <= 1;
}

static bool match(struct operation *operation, const struct upsert *upsert, const struct record_input *input,
                  struct record_change **out, struct err *err)
{
    *out = NULL;
    for (size_t k = 0; k < upsert->keys.count; k++) {
        struct record_change *found = NULL;
        if (!unique_key_given(&upsert->keys.items[k], input)) {
            continue;
        }
        bool single = match_key(operation->writes, input, &upsert->keys.items[k], &found);
        if (!single || (found != NULL && *out != NULL && found != *out)) {
            return conflict(operation, upsert, input, err);
        }
        *out = found != NULL ? found : *out;
    }
    return true;
}

/* What a create may give and an update may not stays as it was. */
static bool is_settled(const struct object *object, const struct column *column)
{
    return column == object->id_column || column == object->created_at || column->field == object->created_by;
}

static void update(struct write_set *set, struct record_change *change, const struct record_input *input)
{
    const struct object *object = change->object;
    struct value live = value_null(COLUMN_TIMESTAMPTZ);
    for (size_t i = 0; i < object->column_count; i++) {
        if (input->set[i] && !is_settled(object, &object->columns[i])) {
            record_change_set(change, &object->columns[i], &input->values[i]);
        }
    }
    record_change_set(change, object->deleted_at, &live);
    record_change_stamp(set, change);
}

static bool check_match(const struct operation *operation, const struct upsert *upsert, size_t index,
                        const struct record_change *change, struct err *err)
{
    for (size_t i = 0; i < index; i++) {
        if (upsert->targets[i] == change) {
            return err_fail_tag(err, ERR_INVALID, "DUPLICATE_ENTRY_DETECTED",
                                "A duplicate entry was detected: record %zu of the batch is the same one", i + 1);
        }
    }
    if (operation->plan.keep_deleted && is_deleted(change)) {
        struct uuid id = record_change_id(change);
        char text[UUID_TEXT_LEN + 1] = {0};
        uuid_print(&id, text);
        return err_fail_tag(err, ERR_INVALID, "INVALID_ARGS_DATA",
                            "Record %.*s matches, and is deleted: restore it, or leave out revive=false", UUID_TEXT_LEN,
                            text);
    }
    return true;
}

/* The input stays as it came: all this may be done again. */
static bool create(struct operation *operation, struct upsert *upsert, size_t index, struct err *err)
{
    const struct object *object = operation->plan.object;
    struct write_set *set = operation->writes;
    const struct record_input *given = &operation->plan.inputs[index];
    struct record_input input = *given;
    struct uuid fresh = operation_fresh_id(operation, set->now_us, index);
    input.values = ARENA_ARRAY(operation->arena, struct value, object->column_count);
    input.set = ARENA_ARRAY(operation->arena, bool, object->column_count);
    memcpy(input.values, given->values, object->column_count * sizeof *input.values);
    memcpy(input.set, given->set, object->column_count * sizeof *input.set);
    if (!record_input_complete(operation->arena, object, &input, &fresh, set->now_us, index, &operation->actor, err)) {
        return false;
    }
    upsert->created[upsert->created_count++] = (struct change){.object = object, .values = input.values};
    upsert->targets[index] = write_set_create(set, object, input.values);
    return true;
}

static bool place_input(struct operation *operation, struct upsert *upsert, size_t index)
{
    struct record_change *found = NULL;
    struct err err;
    if (!match(operation, upsert, &operation->plan.inputs[index], &found, &err)) {
        return fail_input(operation, &err, index);
    }
    if (found == NULL) {
        return create(operation, upsert, index, &err) || fail_input(operation, &err, index);
    }
    if (!check_match(operation, upsert, index, found, &err)) {
        return fail_input(operation, &err, index);
    }
    upsert->targets[index] = found;
    update(operation->writes, found, &operation->plan.inputs[index]);
    return true;
}

/* A row to be inserted, and its unique values as one text. */
struct sortable {
    struct str key;
    struct change row;
};

static int sortable_cmp(const void *a, const void *b)
{
    const struct sortable *left = a;
    const struct sortable *right = b;
    return str_cmp(left->key, right->key);
}

/* Batches that insert the same values do it in the same order, so that one waits for the other and none for each
 * other. The answer's order is that of the targets. */
static void sort_created(struct operation *operation, struct upsert *upsert)
{
    struct sortable *rows = ARENA_ARRAY(operation->arena, struct sortable, upsert->created_count);
    struct strbuf text = {0};
    for (size_t i = 0; i < upsert->created_count; i++) {
        rows[i].row = upsert->created[i];
        strbuf_clear(&text);
        for (size_t k = 1; k < upsert->keys.count; k++) {
            for (size_t c = 0; c < upsert->keys.items[k].count; c++) {
                const struct value *value = &rows[i].row.values[upsert->keys.items[k].columns[c]->index];
                strbuf_put(&text, value_to_pg(operation->arena, value));
                strbuf_put_char(&text, '\x01');
            }
        }
        rows[i].key = arena_copy(operation->arena, strbuf_str(&text));
    }
    strbuf_release(&text);
    if (upsert->created_count > 1) {
        qsort(rows, upsert->created_count, sizeof *rows, sortable_cmp);
    }
    for (size_t i = 0; i < upsert->created_count; i++) {
        upsert->created[i] = rows[i].row;
    }
}

static void on_begun(struct operation *operation);

/* Somebody was faster with the same value, or two batches waited for each other. */
static void on_failed(struct operation *operation, const struct pg_failure *failure)
{
    struct upsert *upsert = operation->work;
    bool raced = strcmp(failure->sqlstate, "23505") == 0 || strcmp(failure->sqlstate, "40P01") == 0;
    if (!raced || upsert->again) {
        operation_fail_pg(operation, failure);
        return;
    }
    upsert->again = true;
    session_close(operation);
    session_start(operation, on_begun);
}

static void on_locked(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct operation *operation = context;
    struct upsert *upsert = operation->work;
    struct write_set *set = operation->writes;
    const struct plan *plan = &operation->plan;
    if (failure != NULL) {
        on_failed(operation, failure);
        return;
    }
    if (!write_set_add_rows(set, plan->object, results[1])) {
        return;
    }
    set->now_us = write_now_us();
    along_add(set);
    for (size_t i = 0; i < plan->input_count; i++) {
        if (!place_input(operation, upsert, i)) {
            return;
        }
    }
    struct pg_command *commands =
        ARENA_ARRAY(operation->arena, struct pg_command, operation->along_count + plan->input_count + 4);
    size_t count = along_inserts(operation, commands);
    for (size_t i = 0; i < plan->input_count; i++) {
        const struct record_change *change = upsert->targets[i];
        if (change->before != NULL && change->change_count > 0) {
            commands[count++] = write_set_update(set, change);
        }
    }
    if (upsert->created_count > 0) {
        sort_created(operation, upsert);
        commands[count++] = write_insert(operation, plan->object, upsert->created, upsert->created_count);
    }
    write_set_answers(set, upsert->targets, plan->input_count);
    write_set_commit(set, commands, count, on_failed);
}

static void on_begun(struct operation *operation)
{
    struct upsert *upsert = operation->work;
    (void)write_set_begin(operation);
    upsert->created_count = 0;
    upsert->targets = ARENA_ARRAY(operation->arena, struct record_change *, operation->plan.input_count);
    upsert->created = ARENA_ARRAY(operation->arena, struct change, operation->plan.input_count);
    operation->commands[0] = command_of(operation->arena, sql_begin(), NULL);
    operation->commands[1] = unique_keys_look_up(operation, &upsert->keys, true);
    session_run(operation, operation->commands, 2, on_locked, operation);
}

void execute_upsert(struct operation *operation)
{
    struct upsert *upsert = ARENA_NEW(operation->arena, struct upsert);
    upsert->keys = unique_keys_of(operation->arena, operation->plan.object);
    operation->work = upsert;
    session_start(operation, on_begun);
}

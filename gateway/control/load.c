#include "gateway/control/load.h"
#include "common/base/alloc.h"
#include "common/text/number.h"
#include "common/text/timestamp.h"
#include "gateway/catalogue/model_row.h"
#include "gateway/control/control.h"
#include <stdlib.h>

static const struct pg_statement model_version = {
    .sql = STR_INIT("select version from core.version where kind = 'model'")};
static const struct pg_statement keys_version = {.sql =
                                                     STR_INIT("select version from core.version where kind = 'keys'")};
static const struct pg_statement applications = {
    .sql = STR_INIT("select id, application_standard_id, application_custom_id from core.workspace")};
static const struct pg_statement workspace = {.sql = STR_INIT("select id from core.workspace")};
static const struct pg_statement objects = {
    .sql = STR_INIT("select " OBJECT_COLUMNS_READ " from core.object order by name_singular")};
static const struct pg_statement fields = {
    .sql = STR_INIT("select " FIELD_COLUMNS_READ " from core.field order by object_id, ordinal, name")};
static const struct pg_statement roles = {
    .sql = STR_INIT("select id, label, can_update_all_settings, can_read_all_object_records,"
                    " can_update_all_object_records, can_soft_delete_all_object_records,"
                    " can_destroy_all_object_records, can_introspect, r.flags @> '{DATA_MODEL}', r.flags @> "
                    "'{API_KEYS_AND_WEBHOOKS}',"
                    " r.flags @> '{ROLES}', r.flags @> '{WORKSPACE}',"
                    " r.flags @> '{VIEWS}', r.flags @> '{LAYOUTS}' from (select *, array(select f.flag"
                    " from core.role_permission_flag f where f.role_id = role.id) as flags from core.role) r"
                    " order by id")};
static const struct pg_statement object_rules = {
    .sql = STR_INIT("select role_id, object_id, can_read, can_update, can_soft_delete, can_destroy"
                    " from core.object_permission order by role_id, object_id")};
static const struct pg_statement field_rules = {
    .sql = STR_INIT("select role_id, object_id, field_id, can_read is not null, can_update is not null"
                    " from core.field_permission order by role_id, object_id, field_id")};
static const struct pg_statement keys = {
    .sql = STR_INIT("select id, name, role_id, revoked_at is not null, expires_at from core.api_key")};

const struct pg_command load_model_commands[LOAD_MODEL_COMMANDS] = {
    {&model_version, NULL}, {&applications, NULL}, {&objects, NULL}, {&fields, NULL}, {&model_version, NULL},
};
const struct pg_command load_keys_commands[LOAD_KEYS_COMMANDS] = {
    {&keys_version, NULL}, {&workspace, NULL},   {&roles, NULL},        {&keys, NULL},
    {&object_rules, NULL}, {&field_rules, NULL}, {&keys_version, NULL},
};

/* Rows come from the loop's connection in binary, from a tool's in text format. */
struct rows {
    const struct pg_result *binary;
    const struct pg_sync_result *text; /* NULL: binary */
};

static struct rows rows_of(const struct pg_result *result)
{
    return (struct rows){.binary = result};
}

static size_t row_count(const struct rows *rows)
{
    return rows->text != NULL ? pg_sync_rows(rows->text) : pg_rows(rows->binary);
}

/* One row, read column by column. */
struct row {
    struct rows rows;
    size_t row;
    size_t column;
};

/* Empty for NULL. */
static struct str next_text(struct row *row)
{
    struct str value = STR_EMPTY;
    if (row->rows.text != NULL) {
        return pg_sync_value(row->rows.text, row->row, row->column++);
    }
    (void)pg_value(row->rows.binary, row->row, row->column++, &value);
    return value;
}

static bool next_bool(struct row *row)
{
    struct str value = next_text(row);
    return row->rows.text != NULL ? str_is(value, "t") : value.len > 0 && pg_get_bool(value);
}

static int64_t next_time(struct row *row)
{
    struct str value = next_text(row);
    int64_t us = 0;
    if (row->rows.text == NULL) {
        return pg_get_timestamptz(value);
    }
    return timestamp_parse(value, &us) ? us : 0;
}

static double next_double(struct row *row)
{
    struct str value = next_text(row);
    double number = 0;
    if (row->rows.text == NULL) {
        return pg_get_float8(value);
    }
    return number_parse_double(value, &number) ? number : 0;
}

/* Nil for NULL. */
static struct uuid next_uuid(struct row *row)
{
    struct uuid uuid = {0};
    struct str value = next_text(row);
    if (row->rows.text != NULL) {
        return uuid_parse(value, &uuid) ? uuid : (struct uuid){0};
    }
    if (value.len == sizeof uuid.bytes) {
        memcpy(uuid.bytes, value.ptr, sizeof uuid.bytes);
    }
    return uuid;
}

static int64_t single_int8(const struct pg_result *result)
{
    return pg_rows(result) == 1 ? pg_int_at(result, 0, 0) : 0;
}

static struct uuid single_uuid(const struct pg_result *result)
{
    return pg_rows(result) == 1 ? pg_uuid_at(result, 0, 0) : (struct uuid){0};
}

/* ---- the model ---- */

/* All rows, each of `size` bytes, column by column into their members. Free them. */
static void *read_rows(const struct rows *result, const struct row_columns *columns, size_t size)
{
    char *all = xcalloc(row_count(result) + 1, size);
    for (size_t i = 0; i < row_count(result); i++) {
        struct row row = {*result, i, 0};
        for (size_t k = 0; k < columns->count; k++) {
            void *member = all + i * size + columns->list[k].offset;
            switch (columns->list[k].kind) {
            case ROW_ID: *(struct uuid *)member = next_uuid(&row); break;
            case ROW_TEXT:
            case ROW_JSON: *(struct str *)member = next_text(&row); break;
            case ROW_BOOL: *(bool *)member = next_bool(&row); break;
            case ROW_NUMBER: *(double *)member = next_double(&row); break;
            case ROW_TIME: *(int64_t *)member = next_time(&row); break;
            }
        }
    }
    return all;
}

static struct catalogue *build(int64_t version, const struct rows *workspace_rows, const struct rows *object_result,
                               const struct rows *field_result, struct err *err)
{
    if (row_count(workspace_rows) != 1) {
        err_fail(err, ERR_INTERNAL, 0, "core.workspace must have exactly one row");
        return NULL;
    }
    struct object_row *object_rows = read_rows(object_result, &object_row_columns, sizeof(struct object_row));
    struct field_row *field_rows = read_rows(field_result, &field_row_columns, sizeof(struct field_row));
    struct row ids = {*workspace_rows, 0, 0};
    struct model_rows rows = {
        .version = version,
        .workspace_id = next_uuid(&ids),
        .application_standard_id = next_uuid(&ids),
        .application_custom_id = next_uuid(&ids),
        .schema = STR("workspace"),
        .objects = object_rows,
        .object_count = row_count(object_result),
        .fields = field_rows,
        .field_count = row_count(field_result),
    };
    struct catalogue *catalogue = catalogue_build(&rows, err);
    free(object_rows);
    free(field_rows);
    return catalogue;
}

enum load_outcome load_catalogue(struct pg_result *const *results, int64_t *version, struct catalogue **out,
                                 struct err *err)
{
    *version = single_int8(results[0]);
    if (*version != single_int8(results[4])) {
        return LOAD_AGAIN;
    }
    struct rows of[] = {rows_of(results[1]), rows_of(results[2]), rows_of(results[3])};
    *out = build(*version, &of[0], &of[1], &of[2], err);
    return *out != NULL ? LOAD_DONE : LOAD_REFUSED;
}

bool model_load(struct pg_sync *connection, struct catalogue **out, struct err *err)
{
    struct rows of[4] = {0};
    struct pg_sync_result *results[4] = {NULL};
    size_t count = 0;
    while (count < ARRAY_LEN(of)) {
        struct str sql = load_model_commands[count].statement->sql;
        results[count] = pg_sync_query(connection, sql.ptr, NULL, 0, err);
        if (results[count] == NULL) {
            break;
        }
        of[count].text = results[count];
        count++;
    }
    *out = NULL;
    if (count == ARRAY_LEN(of)) {
        int64_t version = 0;
        bool numbered =
            pg_sync_rows(results[0]) == 1 && str_to_int64(pg_sync_value(results[0], 0, 0), 0, INT64_MAX, &version);
        *out = numbered ? build(version, &of[1], &of[2], &of[3], err) : NULL;
        if (!numbered) {
            err_fail(err, ERR_INTERNAL, 0, "core.version has no row for the model");
        }
    }
    for (size_t i = 0; i < count; i++) {
        pg_sync_result_free(results[i]);
    }
    return count == ARRAY_LEN(of);
}

/* ---- the keys ---- */

static struct role *read_roles(const struct pg_result *result)
{
    struct role *rows = xcalloc(pg_rows(result) + 1, sizeof *rows);
    for (size_t i = 0; i < pg_rows(result); i++) {
        struct row row = {rows_of(result), i, 0};
        struct role *role = &rows[i];
        role->id = next_uuid(&row);
        role->label = next_text(&row);
        role->can_update_all_settings = next_bool(&row);
        role->can_read_all_records = next_bool(&row);
        role->can_update_all_records = next_bool(&row);
        role->can_soft_delete_all_records = next_bool(&row);
        role->can_destroy_all_records = next_bool(&row);
        role->can_introspect = next_bool(&row);
        for (unsigned bit = SETTINGS_DATA_MODEL; bit <= SETTINGS_LAYOUTS; bit *= 2) {
            role->settings |= next_bool(&row) ? bit : 0;
        }
    }
    return rows;
}

static enum right_said next_said(struct row *row)
{
    struct str value = next_text(row);
    return value.len == 0 ? RIGHT_INHERITED : pg_get_bool(value) ? RIGHT_GIVEN : RIGHT_DENIED;
}

/* Roles and rules come in the order of the roles' ids: each role's rules stand together, and `*at` only goes on. */
static struct role *role_from(struct role *rows, size_t count, size_t *at, const struct uuid *id)
{
    while (*at < count && !uuid_eq(&rows[*at].id, id)) {
        ++*at;
    }
    return *at < count ? &rows[*at] : NULL;
}

static struct object_rule *give_object_rules(const struct pg_result *result, struct role *role_rows, size_t role_count)
{
    struct object_rule *rules = xcalloc(pg_rows(result) + 1, sizeof *rules);
    size_t at = 0;
    for (size_t i = 0; i < pg_rows(result); i++) {
        struct row row = {rows_of(result), i, 0};
        struct uuid role_id = next_uuid(&row);
        rules[i].object_id = next_uuid(&row);
        for (size_t right = 0; right < RIGHT_COUNT; right++) {
            rules[i].said[right] = next_said(&row);
        }
        struct role *role = role_from(role_rows, role_count, &at, &role_id);
        if (role != NULL) {
            role->objects = role->object_count == 0 ? &rules[i] : role->objects;
            role->object_count++;
        }
    }
    return rules;
}

static struct field_rule *give_field_rules(const struct pg_result *result, struct role *role_rows, size_t role_count)
{
    struct field_rule *rules = xcalloc(pg_rows(result) + 1, sizeof *rules);
    size_t at = 0;
    for (size_t i = 0; i < pg_rows(result); i++) {
        struct row row = {rows_of(result), i, 0};
        struct uuid role_id = next_uuid(&row);
        rules[i].object_id = next_uuid(&row);
        rules[i].field_id = next_uuid(&row);
        rules[i].hidden = next_bool(&row);
        rules[i].frozen = next_bool(&row);
        struct role *role = role_from(role_rows, role_count, &at, &role_id);
        if (role != NULL) {
            role->fields = role->field_count == 0 ? &rules[i] : role->fields;
            role->field_count++;
        }
    }
    return rules;
}

static const struct role *find_role(const struct role *rows, size_t count, const struct uuid *id)
{
    for (size_t i = 0; i < count; i++) {
        if (uuid_eq(&rows[i].id, id)) {
            return &rows[i];
        }
    }
    return NULL;
}

static struct api_key *read_keys(const struct pg_result *result, const struct role *role_rows, size_t role_count)
{
    struct api_key *rows = xcalloc(pg_rows(result) + 1, sizeof *rows);
    for (size_t i = 0; i < pg_rows(result); i++) {
        struct row row = {rows_of(result), i, 0};
        struct api_key *key = &rows[i];
        key->id = next_uuid(&row);
        key->name = next_text(&row);
        struct uuid role_id = next_uuid(&row);
        key->role = find_role(role_rows, role_count, &role_id);
        key->revoked = next_bool(&row);
        key->expires_us = pg_get_timestamptz(next_text(&row));
    }
    return rows;
}

enum load_outcome load_keyring(struct pg_result *const *results, int64_t *version, struct keyring **out,
                               struct err *err)
{
    *version = single_int8(results[0]);
    if (*version != single_int8(results[LOAD_KEYS_COMMANDS - 1])) {
        return LOAD_AGAIN;
    }
    if (pg_rows(results[1]) != 1) {
        err_fail(err, ERR_INTERNAL, 0, "core.workspace must have exactly one row");
        return LOAD_REFUSED;
    }
    size_t role_count = pg_rows(results[2]);
    struct role *role_rows = read_roles(results[2]);
    struct api_key *key_rows = read_keys(results[3], role_rows, role_count);
    struct object_rule *object_rows = give_object_rules(results[4], role_rows, role_count);
    struct field_rule *field_rows = give_field_rules(results[5], role_rows, role_count);
    struct keyring *keyring = keyring_new();
    keyring->version = *version;
    keyring->workspace_id = single_uuid(results[1]);
    keyring_build(keyring, key_rows, pg_rows(results[3]), role_rows, role_count);
    free(key_rows);
    free(object_rows);
    free(field_rows);
    free(role_rows);
    *out = keyring;
    return LOAD_DONE;
}

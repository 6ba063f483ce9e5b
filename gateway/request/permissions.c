/*
 * What roles may do beyond their own flags: core.object_permission, core.field_permission, core.role_permission_flag.
 * A change is laid over what is stored by one statement, which does nothing when it may not be; the statement before it
 * says why, from the same rows under the same lock.
 */
#include "gateway/metadata/permission.h"
#include "gateway/request/settings_private.h"

enum { BEFORE_AT = 1 };

struct rules_change {
    struct uuid role_id;
    size_t answer_at;
};

static void answer_documents(struct settings_call *call, const struct pg_result *result)
{
    struct settings_answer *answer = &call->answer;
    *answer = (struct settings_answer){.count = pg_rows(result)};
    row_documents(call->request->arena, result, &answer->ids, &answer->documents);
    settings_done(call);
}

/* The first columns of the statement before say what the role is; `reader` is left behind them. */
static bool role_takes_rules(struct settings_call *call, const struct pg_result *before, struct row_reader *reader)
{
    const struct rules_change *change = call->input;
    char id[UUID_TEXT_LEN];
    *reader = (struct row_reader){call->request->arena, before, 0, 0};
    uuid_print(&change->role_id, id);
    if (pg_rows(before) == 0) {
        return err_fail_tag(&call->err, ERR_NOT_FOUND, "ROLE_NOT_FOUND", "Role with id %.*s not found", UUID_TEXT_LEN,
                            id);
    }
    return row_bool(reader) || err_fail_tag(&call->err, ERR_FORBIDDEN, "ROLE_NOT_EDITABLE", "Role is not editable");
}

/* Lock, why not, the change, the version, the answer: all with the role's id and the wish as parameters. */
static void run(struct settings_call *call, const struct uuid *role_id, struct str wish, const struct str sql[3],
                void (*on_results)(struct settings_call *call, struct pg_result *const *results))
{
    static const uint32_t types[] = {SQL_UUID, SQL_TEXT};
    struct arena *arena = call->request->arena;
    struct rules_change *change = ARENA_NEW(arena, struct rules_change);
    struct pg_param *params = ARENA_ARRAY(arena, struct pg_param, ARRAY_LEN(types));
    change->role_id = *role_id;
    call->input = change;
    params[0] = param_uuid(arena, role_id);
    params[1] = param_text(wish);
    settings_add_lock(call);
    settings_add(call, sql[0], types, params, ARRAY_LEN(types));
    settings_add(call, sql[1], types, params, ARRAY_LEN(types));
    settings_add_version(call);
    change->answer_at = settings_add(call, sql[2], types, params, ARRAY_LEN(types));
    settings_run(call, PG_WRITE, on_results);
}

static void answer_change(struct settings_call *call, struct pg_result *const *results)
{
    const struct rules_change *change = call->input;
    answer_documents(call, results[change->answer_at]);
}

/* ---- objects ---- */

#define LAID_OVER(column)                                                                                              \
    "case when w.item ? '" column "' then (w.item->>'" column "')::boolean else old." column " end as " column
#define OBJECT_WISH                                                                                                    \
    "with wish as (select distinct on (e.item->>'object_id') (e.item->>'object_id')::uuid as object_id, e.item"        \
    " from jsonb_array_elements($2::jsonb) with ordinality as e (item, place)"                                         \
    " order by e.item->>'object_id', e.place desc),"                                                                   \
    " merged as (select w.object_id, " LAID_OVER("can_read") ", " LAID_OVER(                                           \
        "can_update") ","                                                                                              \
                      " " LAID_OVER("can_soft_delete") ", " LAID_OVER(                                                 \
                          "can_destroy") " from wish w"                                                                \
                                         " left join core.object_permission old on old.role_id = $1 and "              \
                                         "old.object_id = w.object_id),"                                               \
                                         " judged as (select r.id, r.is_editable, coalesce((select "                   \
                                         "bool_or((m.can_update or m.can_soft_delete"                                  \
                                         " or m.can_destroy) and not coalesce(m.can_read, "                            \
                                         "r.can_read_all_object_records)) from merged m), false) as blind"             \
                                         " from core.role r where r.id = $1)"

static void on_objects(struct settings_call *call, struct pg_result *const *results)
{
    struct row_reader reader;
    if (!role_takes_rules(call, results[BEFORE_AT], &reader)) {
        settings_refuse(call, false);
    } else if (row_bool(&reader)) {
        settings_refuse(call,
                        err_fail_tag(&call->err, ERR_INVALID, "CANNOT_GIVE_WRITING_PERMISSION_ON_NON_READABLE_OBJECT",
                                     "Writing cannot be allowed on an object that the role may not read"));
    } else {
        answer_change(call, results);
    }
}

void object_permissions_upsert(struct settings_call *call, const struct uuid *role_id, const struct json *input)
{
    static const struct str sql[] = {
        STR_INIT(OBJECT_WISH " select is_editable, blind from judged"),
        STR_INIT(OBJECT_WISH " insert into core.object_permission as p (role_id, object_id, can_read, can_update,"
                             " can_soft_delete, can_destroy) select j.id, m.object_id, m.can_read, m.can_update,"
                             " m.can_soft_delete, m.can_destroy from merged m, judged j"
                             " where j.is_editable and not j.blind on conflict (role_id, object_id) do update"
                             " set can_read = excluded.can_read, can_update = excluded.can_update,"
                             " can_soft_delete = excluded.can_soft_delete, can_destroy = excluded.can_destroy"),
        STR_INIT("select o.object_id, " OBJECT_PERMISSION_JSON "::text from core.object_permission o"
                 " where o.role_id = $1 and o.object_id in (select (e.item->>'object_id')::uuid"
                 " from jsonb_array_elements($2::jsonb) as e (item)) order by o.object_id")};
    struct str wish = STR_EMPTY;
    settings_begin(call);
    if (!object_permissions_read(call->request->arena, call->request->model->catalogue, input, &wish, &call->err)) {
        settings_refuse(call, false);
        return;
    }
    run(call, role_id, wish, sql, on_objects);
}

/* ---- fields ---- */

#define FIELD_WISH                                                                                                     \
    "with wish as (select distinct on (e.item->>'field_id') (e.item->>'object_id')::uuid as object_id,"                \
    " (e.item->>'field_id')::uuid as field_id, e.item"                                                                 \
    " from jsonb_array_elements($2::jsonb) with ordinality as e (item, place)"                                         \
    " order by e.item->>'field_id', e.place desc),"                                                                    \
    " merged as (select w.object_id, w.field_id, " LAID_OVER("can_read") ", " LAID_OVER(                               \
        "can_update") " from wish w"                                                                                   \
                      " left join core.field_permission old on old.role_id = $1 and old.field_id = w.field_id),"       \
                      " judged as (select r.id, r.is_editable, coalesce((select bool_or(w.item->>'can_read' = 'false'" \
                      " and not coalesce(o.can_read, r.can_read_all_object_records)) from wish w left join "           \
                      "core.object_permission o"                                                                       \
                      " on o.role_id = r.id and o.object_id = w.object_id where not w.item ? 'mirror'), false) as "    \
                      "unreadable,"                                                                                    \
                      " coalesce((select bool_or(w.item->>'can_update' = 'false' and not coalesce(o.can_update,"       \
                      " r.can_update_all_object_records)) from wish w left join core.object_permission o on "          \
                      "o.role_id = r.id"                                                                               \
                      " and o.object_id = w.object_id where not w.item ? 'mirror'), false) as unwritable"              \
                      " from core.role r where r.id = $1)"

static void on_fields(struct settings_call *call, struct pg_result *const *results)
{
    struct row_reader reader;
    if (!role_takes_rules(call, results[BEFORE_AT], &reader)) {
        settings_refuse(call, false);
        return;
    }
    bool unreadable = row_bool(&reader);
    bool unwritable = row_bool(&reader);
    if (unreadable) {
        settings_refuse(call,
                        err_fail_tag(&call->err, ERR_INVALID, "FIELD_RESTRICTION_ONLY_ALLOWED_ON_READABLE_OBJECT",
                                     "Reading of a field can only be restricted on an object that the role may read"));
    } else if (unwritable) {
        settings_refuse(call, err_fail_tag(&call->err, ERR_INVALID,
                                           "FIELD_RESTRICTION_ON_UPDATE_ONLY_ALLOWED_ON_UPDATABLE_OBJECT",
                                           "Writing of a field can only be restricted on an object that the role may "
                                           "update"));
    } else {
        answer_change(call, results);
    }
}

void field_permissions_upsert(struct settings_call *call, const struct uuid *role_id, const struct json *input)
{
    static const struct str sql[] = {
        STR_INIT(FIELD_WISH " select is_editable, unreadable, unwritable from judged"),
        STR_INIT(FIELD_WISH ", fit as (select m.*, j.id from merged m, judged j"
                            " where j.is_editable and not j.unreadable and not j.unwritable),"
                            " gone as (delete from core.field_permission p using fit where p.role_id = fit.id"
                            " and p.field_id = fit.field_id and fit.can_read is null and fit.can_update is null)"
                            " insert into core.field_permission as p (role_id, object_id, field_id, can_read,"
                            " can_update) select id, object_id, field_id, can_read, can_update from fit"
                            " where can_read is not null or can_update is not null on conflict (role_id, field_id)"
                            " do update set can_read = excluded.can_read, can_update = excluded.can_update"),
        STR_INIT("select f.id, " FIELD_PERMISSION_JSON "::text from core.field_permission f where f.role_id = $1"
                 " and f.field_id in (select (e.item->>'field_id')::uuid from jsonb_array_elements($2::jsonb) as"
                 " e (item) where not e.item ? 'mirror') order by f.object_id, f.field_id")};
    struct str wish = STR_EMPTY;
    settings_begin(call);
    if (!field_permissions_read(call->request->arena, call->request->model->catalogue, input, &wish, &call->err)) {
        settings_refuse(call, false);
        return;
    }
    run(call, role_id, wish, sql, on_fields);
}

/* ---- flags ---- */

#define FLAG_WISH                                                                                                      \
    "with wish as (select distinct e.flag from jsonb_array_elements_text($2::jsonb) as e (flag)),"                     \
    " judged as (select r.id, r.is_editable, (select min(w.flag) from wish w where not exists"                         \
    " (select from core.permission_flag k where k.key = w.flag)) as unknown from core.role r where r.id = $1)"

static void on_flags(struct settings_call *call, struct pg_result *const *results)
{
    struct row_reader reader;
    if (!role_takes_rules(call, results[BEFORE_AT], &reader)) {
        settings_refuse(call, false);
    } else if (!row_null(&reader)) {
        struct str unknown = row_text(&reader);
        settings_refuse(call, err_fail_tag(&call->err, ERR_INVALID, "INVALID_SETTING",
                                           "There is no permission flag \"%.*s\"", STR_ARG(unknown)));
    } else {
        answer_change(call, results);
    }
}

void role_flags_replace(struct settings_call *call, const struct uuid *role_id, const struct json *input)
{
    static const struct str sql[] = {
        STR_INIT(FLAG_WISH " select is_editable, unknown from judged"),
        STR_INIT(FLAG_WISH ", fit as (select id from judged where is_editable and unknown is null),"
                           " gone as (delete from core.role_permission_flag p using fit where p.role_id = fit.id"
                           " and p.flag not in (select flag from wish))"
                           " insert into core.role_permission_flag (role_id, flag) select fit.id, w.flag"
                           " from fit, wish w on conflict do nothing"),
        STR_INIT("select p.id, " ROLE_FLAG_JSON "::text from core.role_permission_flag p where p.role_id = $1"
                 " and $2 is not null order by p.flag")};
    struct str wish = STR_EMPTY;
    settings_begin(call);
    if (!role_flags_read(call->request->arena, input, &wish, &call->err)) {
        settings_refuse(call, false);
        return;
    }
    run(call, role_id, wish, sql, on_flags);
}

static void on_known(struct settings_call *call, struct pg_result *const *results)
{
    answer_documents(call, results[0]);
}

/* A flag has no id of its own: it is made from its key, and so the same everywhere. */
void permission_flags_list(struct settings_call *call)
{
    settings_begin(call);
    settings_add(
        call,
        STR("select k.id, json_build_object('id', k.id, 'universalIdentifier', k.id, 'key', k.key, 'label', k.label,"
            " 'description', null, 'icon', null, 'permissionType', case when k.is_tool then 'TOOL'"
            " else 'SETTING' end, 'applicationId', w.application_standard_id, 'createdAt', k.since,"
            " 'updatedAt', k.since)::text from core.workspace w, (select *, md5('permission-flag ' ||"
            " key)::uuid as id, to_char((select s.created_at from core.workspace s) at time zone 'UTC',"
            " 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') as since from core.permission_flag) k order by k.ordinal"),
        NULL, NULL, 0);
    settings_run(call, PG_READ, on_known);
}

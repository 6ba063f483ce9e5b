/* Relations: a pair of fields that mirror each other (contract: metadata 4.5). */
#include "common/text/utf8.h"
#include "gateway/metadata/field_rules.h"
#include "gateway/metadata/names.h"

#define MALFORMED "FIELD_METADATA_RELATION_MALFORMED"

static bool malformed(struct draft *draft, struct report_entry *entry, const char *why)
{
    return report_add(draft->report, entry, MALFORMED, STR_EMPTY, "%s", why);
}

bool relation_read(struct draft *draft, struct report_entry *entry, const struct json *payload,
                   struct relation_wish *out)
{
    const struct json *type = json_get(payload, "type");
    const struct json *target = json_get(payload, "targetObjectMetadataId");
    const struct json *label = json_get(payload, "targetFieldLabel");
    struct uuid id;
    bool many_to_one = json_is(type, JSON_STRING) && str_is(type->text, "MANY_TO_ONE");
    if (!json_is(payload, JSON_OBJECT) ||
        (!many_to_one && !(json_is(type, JSON_STRING) && str_is(type->text, "ONE_TO_MANY"))) ||
        !json_is(target, JSON_STRING) || !uuid_parse(target->text, &id) ||
        (label != NULL && label->type != JSON_STRING)) {
        return malformed(draft, entry, "Relation creation payload is invalid");
    }
    *out = (struct relation_wish){.many_to_one = many_to_one, .target = draft_object_at(draft, &id)};
    out->label = draft_text(draft, payload, "targetFieldLabel", NULL);
    out->icon = draft_text(draft, payload, "targetFieldIcon", NULL);
    if (out->target == NOWHERE) {
        return malformed(draft, entry, "Object metadata relation target not found for relation creation payload");
    }
    return true;
}

void relation_check_settings(struct draft *draft, struct report_entry *entry, const struct json *settings,
                             bool many_to_one, size_t target)
{
    static const char *const actions[] = {"CASCADE", "RESTRICT", "SET_NULL", "NO_ACTION"};
    const struct json *on_delete = json_get(settings, "onDelete");
    const struct json *junction = json_get(settings, "junctionTargetFieldId");
    if (on_delete != NULL && on_delete->type != JSON_NULL) {
        bool known = false;
        for (size_t i = 0; i < ARRAY_LEN(actions); i++) {
            known = known || (on_delete->type == JSON_STRING && str_is(on_delete->text, actions[i]));
        }
        if (!known) {
            report_add(draft->report, entry, FIELD_INPUT, draft_json(draft, settings, "onDelete"),
                       "On delete action must be one of CASCADE, RESTRICT, SET_NULL, NO_ACTION");
        } else if (!many_to_one) {
            report_add(draft->report, entry, FIELD_INPUT, draft_json(draft, settings, "onDelete"),
                       "On delete action is only supported for many to one relations");
        }
    }
    if (junction == NULL || junction->type == JSON_NULL) {
        return;
    }
    struct uuid id;
    size_t field =
        json_is(junction, JSON_STRING) && uuid_parse(junction->text, &id) ? draft_field_at(draft, &id) : NOWHERE;
    bool fits = !many_to_one && field != NOWHERE && field_types[draft_type(&draft->fields[field])].relation &&
                uuid_eq(&draft->fields[field].object_id, &draft->objects[target].id);
    if (!fits) {
        report_add(draft->report, entry, FIELD_INPUT, draft_json(draft, settings, "junctionTargetFieldId"),
                   "junctionTargetFieldId must be a relation field of the object that a one to many relation leads to");
    }
}

/* ---- the other side ---- */

static struct field_row mirror_of(struct draft *draft, const struct field_row *row, const struct relation_wish *wish)
{
    struct field_row mirror = {
        .id = draft_fresh_id(draft),
        .universal_id = draft_fresh_id(draft),
        .object_id = draft->objects[wish->target].id,
        .target_object_id = row->object_id,
        .target_field_id = row->id,
        .type = STR("RELATION"),
        .name = name_from_label(draft->arena, wish->label),
        .label = wish->label,
        .icon = wish->icon,
        .nullable = true,
        .active = true,
        .ui_editable = true,
        .audit_logged = true,
    };
    return mirror;
}

static struct str join_name(struct draft *draft, struct str field)
{
    return arena_printf(draft->arena, "%.*sId", STR_ARG(field));
}

static struct str side_settings(struct draft *draft, bool many_to_one, struct str name, struct str on_delete)
{
    if (!many_to_one) {
        return draft_relation_settings(draft, "ONE_TO_MANY", STR_EMPTY, STR_EMPTY, STR_EMPTY);
    }
    return draft_relation_settings(draft, "MANY_TO_ONE", on_delete.len > 0 ? on_delete : STR("SET_NULL"),
                                   join_name(draft, name), STR_EMPTY);
}

/* A field that leads to its own object has its other side there as well. */
static void check_pair(struct draft *draft, struct report_entry *entry, const struct field_row *row,
                       const struct field_row *mirror)
{
    if (!uuid_eq(&row->object_id, &mirror->object_id)) {
        return;
    }
    if (str_eq(row->name, mirror->name) || str_eq(draft_join(draft, row), mirror->name) ||
        str_eq(row->name, draft_join(draft, mirror))) {
        report_add(draft->report, entry, MALFORMED, report_text(draft->report, row->name),
                   "The two sides of a relation between records of one object must differ in their names, and neither "
                   "may be called like the other's join column");
    }
}

static void check_mirror(struct draft *draft, const struct field_row *mirror, const struct relation_wish *wish)
{
    struct report_entry *entry = field_entry(draft, REPORT_CREATE, mirror);
    name_check(draft->report, entry, FIELD_INPUT, mirror->name);
    if (mirror->name.len <= NAME_MAX && utf8_count(wish->label) > NAME_MAX) {
        report_add(draft->report, entry, FIELD_INPUT, report_text(draft->report, str_cut(wish->label, 200)),
                   "Name is too long");
    }
    field_check_free(draft, entry, mirror, NOWHERE);
}

size_t relation_make(struct draft *draft, struct report_entry *entry, struct field_row *row,
                     const struct relation_wish *wish, struct str own_on_delete)
{
    size_t found = draft->report->entry_count;
    struct field_row mirror = mirror_of(draft, row, wish);
    row->target_object_id = draft->objects[wish->target].id;
    row->target_field_id = mirror.id;
    row->settings_json = side_settings(draft, wish->many_to_one, row->name, own_on_delete);
    mirror.settings_json = side_settings(draft, !wish->many_to_one, mirror.name, STR_EMPTY);
    field_check_free(draft, entry, row, NOWHERE);
    check_pair(draft, entry, row, &mirror);
    check_mirror(draft, &mirror, wish);
    if (draft->report->entry_count > found || entry->error_count > 0) {
        return NOWHERE;
    }
    size_t at = draft_add_field(draft, row);
    draft_add_field(draft, &mirror);
    return at;
}

/* ---- morphs ---- */

struct str morph_base(struct draft *draft, size_t field)
{
    const struct field_row *row = &draft->fields[field];
    size_t target = draft_object_at(draft, &row->target_object_id);
    struct str suffix =
        target == NOWHERE ? STR_EMPTY : name_capital(draft->arena, draft->objects[target].name_singular);
    return suffix.len > 0 && row->name.len > suffix.len && str_ends_with(row->name, suffix)
               ? str_slice(row->name, 0, row->name.len - suffix.len)
               : row->name;
}

/* Is the target among those that the morph relation has already? */
static bool has_target(struct draft *draft, const struct uuid *object_id, const struct uuid *morph_id, size_t target)
{
    size_t object = draft_object_at(draft, object_id);
    for (size_t i = draft_next_field(draft, object, NOWHERE); i != NOWHERE; i = draft_next_field(draft, object, i)) {
        if (uuid_eq(&draft->fields[i].morph_id, morph_id) &&
            uuid_eq(&draft->fields[i].target_object_id, &draft->objects[target].id)) {
            return true;
        }
    }
    return false;
}

size_t morph_make(struct draft *draft, struct report_entry *entry, const struct field_row *row,
                  const struct json *payloads, struct uuid morph_id)
{
    if (!json_is(payloads, JSON_ARRAY) || payloads->count == 0) {
        malformed(draft, entry, "Morph relation creation payloads must not be empty");
        return NOWHERE;
    }
    size_t first = NOWHERE;
    bool many_to_one = false;
    JSON_EACH(payload, payloads)
    {
        struct relation_wish wish = {0};
        struct field_row part = *row;
        if (!relation_read(draft, entry, payload, &wish)) {
            return NOWHERE;
        }
        if (first != NOWHERE && wish.many_to_one != many_to_one) {
            malformed(draft, entry, "All relations of a morph relation must have the same type");
            return NOWHERE;
        }
        if (has_target(draft, &row->object_id, &morph_id, wish.target)) {
            malformed(draft, entry, "Morph relation targets must differ");
            return NOWHERE;
        }
        many_to_one = wish.many_to_one;
        part.morph_id = morph_id;
        struct str target = name_capital(draft->arena, draft->objects[wish.target].name_singular);
        part.name = arena_printf(draft->arena, "%.*s%.*s", STR_ARG(row->name), STR_ARG(target));
        if (first != NOWHERE || uuid_is_nil(&part.id)) {
            part.id = draft_fresh_id(draft);
            part.universal_id = draft_fresh_id(draft);
        }
        name_check(draft->report, entry, FIELD_INPUT, part.name);
        size_t at = relation_make(draft, entry, &part, &wish, STR_EMPTY);
        if (at == NOWHERE) {
            return NOWHERE;
        }
        first = first == NOWHERE ? at : first;
    }
    return first;
}

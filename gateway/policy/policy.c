#include "gateway/policy/policy.h"

#include <stdlib.h>
#include <string.h>

bool policy_deny(struct err *err)
{
    return err_fail_tag(err, ERR_FORBIDDEN, "PERMISSION_DENIED",
                        "Entity performing the request does not have permission");
}

/* ---- rules ---- */

static int order_of_object(const void *key, const void *rule)
{
    return memcmp(key, &((const struct object_rule *)rule)->object_id, sizeof(struct uuid));
}

static bool says(const struct role *role, const struct object *object, enum record_right right)
{
    const bool blanket[RIGHT_COUNT] = {
        [RIGHT_READ] = role->can_read_all_records,
        [RIGHT_UPDATE] = role->can_update_all_records,
        [RIGHT_SOFT_DELETE] = role->can_soft_delete_all_records,
        [RIGHT_DESTROY] = role->can_destroy_all_records,
    };
    const struct object_rule *rule = role->object_count == 0 ? NULL
                                                             : bsearch(&object->id, role->objects, role->object_count,
                                                                       sizeof *role->objects, order_of_object);
    if (rule == NULL || rule->said[right] == RIGHT_INHERITED) {
        return blanket[right];
    }
    return rule->said[right] == RIGHT_GIVEN;
}

bool policy_may(const struct role *role, const struct object *object, enum record_right right)
{
    return says(role, object, RIGHT_READ) && (right == RIGHT_READ || says(role, object, right));
}

bool policy_reads_something(const struct role *role)
{
    bool reads = role->can_read_all_records;
    for (size_t i = 0; i < role->object_count; i++) {
        reads = reads || role->objects[i].said[RIGHT_READ] == RIGHT_GIVEN;
    }
    return reads;
}

/* The rules of an object's fields stand together. */
static const struct field_rule *first_rule(const struct role *role, const struct object *object)
{
    size_t low = 0;
    size_t high = role->field_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(&role->fields[middle].object_id, &object->id, sizeof object->id) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < role->field_count && uuid_eq(&role->fields[low].object_id, &object->id) ? &role->fields[low] : NULL;
}

static const struct field_rule *next_rule(const struct role *role, const struct field_rule *rule)
{
    const struct field_rule *next = rule + 1;
    return next < role->fields + role->field_count && uuid_eq(&next->object_id, &rule->object_id) ? next : NULL;
}

static const struct field_rule *rule_of(const struct role *role, const struct field *field)
{
    const struct field_rule *rule = first_rule(role, field->object);
    while (rule != NULL && !uuid_eq(&rule->field_id, &field->id)) {
        rule = next_rule(role, rule);
    }
    return rule;
}

static bool hides_some(const struct role *role, const struct object *object)
{
    const struct field_rule *rule = first_rule(role, object);
    while (rule != NULL && !rule->hidden) {
        rule = next_rule(role, rule);
    }
    return rule != NULL;
}

static bool freezes_some(const struct role *role, const struct object *object)
{
    const struct field_rule *rule = first_rule(role, object);
    while (rule != NULL && !rule->frozen) {
        rule = next_rule(role, rule);
    }
    return rule != NULL;
}

static bool shows(const struct role *role, const struct field *field)
{
    const struct field_rule *rule = rule_of(role, field);
    return rule == NULL || !rule->hidden;
}

static bool lets_write(const struct role *role, const struct field *field)
{
    const struct field_rule *rule = rule_of(role, field);
    return rule == NULL || !rule->frozen;
}

bool policy_reads_all_of(const struct role *role, const struct object *object)
{
    return policy_may(role, object, RIGHT_READ) && !hides_some(role, object);
}

/* A text search looks into all fields that feed it, so it is there only where none of the object's is hidden. */
static bool shows_for_reading(const struct role *role, const struct field *field)
{
    return field->type == FIELD_TS_VECTOR ? !hides_some(role, field->object) : shows(role, field);
}

static bool follows(const struct role *role, const struct field *relation)
{
    return shows(role, relation) && policy_may(role, relation->target, RIGHT_READ);
}

/* ---- what a plan looks at ---- */

static bool sees_filter(const struct role *role, const struct filter *filter)
{
    if (filter->kind == FILTER_RELATED && !follows(role, filter->relation)) {
        return false;
    }
    if (filter->kind == FILTER_SEARCH && !shows_for_reading(role, filter->relation)) {
        return false;
    }
    if (filter->kind == FILTER_COMPARE && !shows(role, filter->column->field)) {
        return false;
    }
    for (const struct filter *child = filter->first; child != NULL; child = child->next) {
        if (!sees_filter(role, child)) {
            return false;
        }
    }
    return true;
}

static bool sees_path(const struct role *role, const struct path *path)
{
    for (size_t i = 0; i < path->hop_count; i++) {
        if (!follows(role, path->hops[i])) {
            return false;
        }
    }
    return shows_for_reading(role, path->field);
}

static bool sees_order(const struct role *role, const struct order_term *order, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!sees_path(role, &order[i].path)) {
            return false;
        }
    }
    return true;
}

static bool sees_aggregates(const struct role *role, const struct aggregate *aggregates, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct aggregate *aggregate = &aggregates[i];
        if ((aggregate->column != NULL && !shows(role, aggregate->column->field)) ||
            (aggregate->whole != NULL && !shows_for_reading(role, aggregate->whole))) {
            return false;
        }
    }
    return true;
}

static bool sees_selection(const struct role *role, const struct object *object,
                           const struct plan_selection *selection);

static bool sees_relation(const struct role *role, const struct plan_relation *relation)
{
    return follows(role, relation->field) && sees_selection(role, relation->field->target, &relation->selection) &&
           (relation->filter == NULL || sees_filter(role, relation->filter)) &&
           sees_order(role, relation->order, relation->order_count) &&
           sees_aggregates(role, relation->aggregates, relation->aggregate_count);
}

static bool sees_selection(const struct role *role, const struct object *object, const struct plan_selection *selection)
{
    if (selection->fields == NULL && hides_some(role, object)) {
        return false;
    }
    for (size_t i = 0; selection->fields != NULL && i < selection->count; i++) {
        if (!shows_for_reading(role, selection->fields[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < selection->relation_count; i++) {
        if (!sees_relation(role, &selection->relations[i])) {
            return false;
        }
    }
    return true;
}

static bool sees_group(const struct role *role, const struct group *group)
{
    for (size_t i = 0; i < group->dimension_count; i++) {
        if (!sees_path(role, &group->dimensions[i].path)) {
            return false;
        }
    }
    return sees_aggregates(role, group->aggregates, group->aggregate_count);
}

static bool sees_plan(const struct role *role, const struct plan *plan)
{
    /* A merge carries every value over, and duplicates are found by values. */
    bool wide = plan->kind == PLAN_MERGE || plan->kind == PLAN_DUPLICATES;
    return sees_selection(role, plan->object, &plan->selection) && (!wide || !hides_some(role, plan->object)) &&
           (plan->filter == NULL || sees_filter(role, plan->filter)) &&
           sees_order(role, plan->order, plan->order_count) &&
           sees_aggregates(role, plan->aggregates, plan->aggregate_count) && sees_group(role, &plan->group);
}

/* ---- what a plan writes ---- */

static bool lets_input(const struct role *role, const struct object *object, const struct record_input *input)
{
    for (size_t i = 0; i < object->column_count; i++) {
        if (input->set[i] && !lets_write(role, object->columns[i].field)) {
            return false;
        }
    }
    for (size_t i = 0; i < input->connect_count; i++) {
        const struct record_connect *connect = &input->connects[i];
        if (!lets_write(role, connect->field) || !policy_may(role, connect->field->target, RIGHT_READ)) {
            return false;
        }
        for (size_t k = 0; k < connect->count; k++) {
            if (!shows(role, connect->columns[k]->field)) {
                return false;
            }
        }
    }
    for (size_t i = 0; i < input->create_count; i++) {
        const struct field *field = input->creates[i].field;
        if (!lets_write(role, field) || !policy_may(role, field->target, RIGHT_UPDATE) ||
            !lets_input(role, field->target, input->creates[i].input)) {
            return false;
        }
    }
    return true;
}

static bool lets_write_plan(const struct role *role, const struct plan *plan)
{
    if (plan->kind == PLAN_MERGE && freezes_some(role, plan->object)) {
        return false;
    }
    bool writes = plan->kind == PLAN_CREATE || plan->kind == PLAN_UPSERT || plan->kind == PLAN_UPDATE;
    for (size_t i = 0; writes && i < plan->input_count; i++) {
        if (!lets_input(role, plan->object, &plan->inputs[i])) {
            return false;
        }
    }
    return true;
}

static bool role_allows(const struct role *role, const struct object *object, enum plan_kind kind)
{
    switch (kind) {
    case PLAN_READ_ONE:
    case PLAN_READ_MANY:
    case PLAN_GROUP:
    case PLAN_DUPLICATES: return policy_may(role, object, RIGHT_READ);
    case PLAN_CREATE:
    case PLAN_UPSERT:
    case PLAN_UPDATE: return policy_may(role, object, RIGHT_UPDATE);
    case PLAN_SOFT_DELETE:
    case PLAN_RESTORE: return policy_may(role, object, RIGHT_SOFT_DELETE);
    case PLAN_DESTROY: return policy_may(role, object, RIGHT_DESTROY);
    case PLAN_MERGE: return policy_may(role, object, RIGHT_UPDATE) && policy_may(role, object, RIGHT_DESTROY);
    case PLAN_KIND_COUNT: break;
    }
    return false;
}

bool policy_check(const struct role *role, const struct plan *plan, struct err *err)
{
    if (!role_allows(role, plan->object, plan->kind)) {
        return policy_deny(err);
    }
    /* Without rules, as nearly all roles are, what holds for one object holds for whatever else the plan looks at. */
    bool ruled = role->object_count > 0 || role->field_count > 0;
    return !ruled || (sees_plan(role, plan) && lets_write_plan(role, plan)) || policy_deny(err);
}

bool policy_check_input(const struct role *role, const struct object *object, const struct record_input *input,
                        struct err *err)
{
    return lets_input(role, object, input) || policy_deny(err);
}

/* ---- leaving out ---- */

static void narrow_selection(struct arena *arena, const struct role *role, const struct object *object,
                             struct plan_selection *selection, bool named);

static void narrow_fields(struct arena *arena, const struct role *role, const struct object *object,
                          struct plan_selection *selection)
{
    const struct field **kept = ARENA_ARRAY(arena, const struct field *, object->field_count);
    selection->count = 0;
    for (size_t i = 0; i < object->field_count; i++) {
        const struct field *field = &object->fields[i];
        if (field->active && field->column_count > 0 && shows(role, field)) {
            kept[selection->count++] = field;
        }
    }
    selection->fields = kept;
}

/* One that was named is left for policy_check to refuse. */
static void narrow_relations(struct arena *arena, const struct role *role, struct plan_selection *selection, bool named)
{
    struct plan_relation *kept = ARENA_ARRAY(arena, struct plan_relation, selection->relation_count);
    size_t count = 0;
    for (size_t i = 0; i < selection->relation_count; i++) {
        const struct plan_relation *relation = &selection->relations[i];
        if (named || follows(role, relation->field)) {
            kept[count] = *relation;
            narrow_selection(arena, role, relation->field->target, &kept[count].selection, false);
            count++;
        }
    }
    selection->relations = kept;
    selection->relation_count = count;
}

static void narrow_selection(struct arena *arena, const struct role *role, const struct object *object,
                             struct plan_selection *selection, bool named)
{
    if (!named && hides_some(role, object)) {
        narrow_fields(arena, role, object, selection);
    }
    narrow_relations(arena, role, selection, named);
}

bool policy_narrow(struct arena *arena, const struct role *role, struct plan *plan, struct err *err)
{
    struct plan_selection *selection = &plan->selection;
    bool named = selection->fields != NULL;
    for (size_t i = 0; named && i < selection->count; i++) {
        if (!shows(role, selection->fields[i])) {
            return err_fail_tag(err, ERR_INVALID, "INVALID_FIELDS_QUERY_PARAM",
                                "'fields' parameter invalid. Unknown or unreadable fields on '%.*s': %.*s",
                                STR_ARG(plan->object->name_singular), STR_ARG(selection->fields[i]->name));
        }
    }
    if (role->object_count > 0 || role->field_count > 0) {
        narrow_selection(arena, role, plan->object, selection, named);
    }
    return true;
}

/* ---- settings ---- */

bool policy_check_settings(const struct role *role, unsigned needed, struct err *err)
{
    return role->can_update_all_settings || (needed != 0 && (role->settings & needed) == needed) || policy_deny(err);
}

#include "gateway/execute/along.h"

#include <stdlib.h>

/* In one request (contract graphql-core 3.12). */
enum { ALONG_MAX = 200 };

static size_t count_inputs(const struct record_input *input)
{
    size_t count = 1;
    for (size_t i = 0; i < input->create_count; i++) {
        count += count_inputs(input->creates[i].input);
    }
    return count;
}

/* Behind each input, level by level, those that lie in it. */
static size_t expand(struct along *inputs, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        for (size_t i = 0; i < inputs[at].input->create_count; i++) {
            const struct record_create *create = &inputs[at].input->creates[i];
            inputs[count++] = (struct along){.object = create->field->target,
                                             .input = create->input,
                                             .parent = &inputs[at],
                                             .field = create->field,
                                             .index = inputs[at].index,
                                             .depth = inputs[at].depth + 1};
        }
    }
    return count;
}

size_t along_gather(struct operation *operation, struct along **out)
{
    const struct plan *plan = &operation->plan;
    size_t most = 0;
    for (size_t i = 0; i < plan->input_count; i++) {
        most += count_inputs(&plan->inputs[i]);
    }
    struct along *inputs = ARENA_ARRAY(operation->arena, struct along, most);
    for (size_t i = 0; i < plan->input_count; i++) {
        inputs[i] = (struct along){.object = plan->object, .input = &plan->inputs[i], .index = i};
    }
    *out = inputs;
    return expand(inputs, plan->input_count);
}

/* The deepest first, and those of one object together. */
static int along_cmp(const void *a, const void *b)
{
    const struct along *left = *(const struct along *const *)a;
    const struct along *right = *(const struct along *const *)b;
    if (left->depth != right->depth) {
        return left->depth > right->depth ? -1 : 1;
    }
    if (left->object->index != right->object->index) {
        return left->object->index < right->object->index ? -1 : 1;
    }
    return (left > right) - (left < right);
}

static bool complete(struct operation *operation, const struct along *along, size_t place, int64_t now_us)
{
    struct uuid fresh = operation_fresh_id(operation, now_us, place);
    struct record_input *input = along->input;
    struct err err;
    if (!record_input_complete(operation->arena, along->object, input, &fresh, now_us, place, &operation->actor,
                               &err)) {
        struct err whole = err;
        err_fail_tag(&err, whole.code, whole.tag, "%s (of %.*s)", whole.text, STR_ARG(along->field->name));
        operation_fail(operation, &err);
        return false;
    }
    size_t join = along->field->columns[0].index;
    along->parent->input->values[join] = input->values[along->object->id_column->index];
    along->parent->input->set[join] = true;
    return true;
}

bool along_prepare(struct operation *operation)
{
    struct along *inputs = NULL;
    size_t own = operation->plan.input_count;
    size_t count = along_gather(operation, &inputs) - own;
    operation->along = NULL;
    operation->along_count = 0;
    if (count > ALONG_MAX) {
        struct err err;
        err_fail_tag(&err, ERR_INVALID, "INVALID_ARGS_DATA", "Maximum number of nested records to create is %d.",
                     ALONG_MAX);
        operation_fail(operation, &err);
        return false;
    }
    if (count == 0) {
        return true;
    }
    const struct along **sorted = ARENA_ARRAY(operation->arena, const struct along *, count);
    struct change *changes = ARENA_ARRAY(operation->arena, struct change, count);
    int64_t now_us = write_now_us();
    for (size_t i = 0; i < count; i++) {
        sorted[i] = &inputs[own + i];
    }
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what is sorted */
    qsort(sorted, count, sizeof *sorted, along_cmp);
    for (size_t i = 0; i < count; i++) {
        if (!complete(operation, sorted[i], i, now_us)) {
            return false;
        }
        changes[i] = (struct change){
            .object = sorted[i]->object, .action = EVENT_CREATED, .values = sorted[i]->input->values, .delta = 1};
    }
    operation->along = changes;
    operation->along_count = count;
    return true;
}

size_t along_inserts(struct operation *operation, struct pg_command *commands)
{
    size_t count = 0;
    for (size_t from = 0, to = 0; from < operation->along_count; from = to) {
        const struct object *object = operation->along[from].object;
        for (to = from + 1; to < operation->along_count && operation->along[to].object == object; to++) {
        }
        commands[count++] = write_insert(operation, object, &operation->along[from], to - from);
    }
    return count;
}

void along_add(struct write_set *set)
{
    struct operation *operation = set->operation;
    for (size_t i = 0; i < operation->along_count; i++) {
        const struct change *change = &operation->along[i];
        struct value *values = ARENA_ARRAY(operation->arena, struct value, change->object->column_count);
        memcpy(values, change->values, change->object->column_count * sizeof *values);
        (void)write_set_create(set, change->object, values);
    }
}

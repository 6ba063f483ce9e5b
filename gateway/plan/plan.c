#include "gateway/plan/plan.h"

#include "gateway/record/record_json.h"

static const char *const kind_names[PLAN_KIND_COUNT] = {
    [PLAN_READ_ONE] = "read_one",       [PLAN_READ_MANY] = "read_many", [PLAN_CREATE] = "create",
    [PLAN_UPDATE] = "update",           [PLAN_RESTORE] = "restore",     [PLAN_DESTROY] = "destroy",
    [PLAN_SOFT_DELETE] = "soft_delete",
};

struct str plan_kind_name(enum plan_kind kind)
{
    return str_from(kind_names[kind]);
}

bool plan_writes(const struct plan *plan)
{
    return plan->kind != PLAN_READ_ONE && plan->kind != PLAN_READ_MANY;
}

static void print_selection(struct strbuf *out, const struct plan_selection *selection)
{
    if (selection->fields == NULL) {
        strbuf_puts(out, "  fields *\n");
        return;
    }
    strbuf_puts(out, "  fields");
    for (size_t i = 0; i < selection->count; i++) {
        strbuf_put_char(out, ' ');
        strbuf_put(out, selection->fields[i]->name);
    }
    strbuf_put_char(out, '\n');
}

static void print_page(struct strbuf *out, const struct plan_page *page)
{
    strbuf_printf(out, "  order id\n  limit %zu\n", page->limit);
    if (page->after_given) {
        strbuf_puts(out, "  after ");
        uuid_put(out, &page->after);
        strbuf_put_char(out, '\n');
    }
    if (page->total) {
        strbuf_puts(out, "  total\n");
    }
}

static void print_input(struct strbuf *out, const struct object *object, const struct record_input *input)
{
    strbuf_puts(out, "  values\n");
    for (size_t i = 0; i < object->column_count; i++) {
        if (input->set[i]) {
            strbuf_printf(out, "    %.*s = ", STR_ARG(object->columns[i].name));
            value_put_json(out, &object->columns[i], &input->values[i]);
            strbuf_put_char(out, '\n');
        }
    }
}

void plan_print(struct strbuf *out, const struct plan *plan)
{
    strbuf_printf(out, "%s %.*s\n", kind_names[plan->kind], STR_ARG(plan->object->name_singular));
    if (plan->kind != PLAN_READ_MANY && plan->kind != PLAN_CREATE) {
        strbuf_puts(out, "  id ");
        uuid_put(out, &plan->id);
        strbuf_put_char(out, '\n');
    }
    if (plan->kind == PLAN_READ_MANY) {
        print_page(out, &plan->page);
    }
    for (size_t i = 0; i < plan->input_count; i++) {
        print_input(out, plan->object, &plan->inputs[i]);
    }
    print_selection(out, &plan->selection);
}

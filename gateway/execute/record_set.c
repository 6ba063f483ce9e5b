#include "gateway/execute/record_set.h"

#include "gateway/execute/record_links.h"
#include <assert.h>
#include <stdlib.h>

/* One relation at one level: its page and, beside it in the same job, what is to be known of all records across it. */
struct step {
    struct record_set *parents;
    struct record_links *links;
    size_t page_at; /* among the job's commands; NOWHERE: not asked for */
    size_t totals_at;
};

enum { NOWHERE = SIZE_MAX };

struct fetch {
    struct operation *operation;
    struct record_set *root;
    void (*on_fetched)(struct operation *operation, const struct pg_failure *failure);
    struct record_set **sets; /* whose relations come next */
    size_t *vectors_at;       /* of each, among the job's commands; NOWHERE: not asked for */
    size_t set_count;
    struct step *steps; /* of the job in flight */
    size_t step_count;
    struct step *done; /* of all levels before */
    size_t done_count;
    size_t done_room;
};

static void submit(struct fetch *fetch, const struct pg_command *commands, size_t count,
                   void (*on_done)(void *, struct pg_result *const *, const struct pg_failure *))
{
    struct operation *operation = fetch->operation;
    if (operation->session != NULL) {
        /* As the transaction sees them. */
        session_run(operation, commands, count, on_done, fetch);
        return;
    }
    operation_submit(operation, operation->executor->fast,
                     (struct pg_job){.kind = PG_READ,
                                     .commands = commands,
                                     .command_count = count,
                                     .cost = (unsigned)(fetch->root->count + count),
                                     .on_done = on_done,
                                     .context = fetch});
}

/* ---- rows ---- */

static_assert(SQL_RELATED_MAX == 100000, "the sentence names it");
static const struct pg_failure too_many = {
    .err = {.code = ERR_INVALID,
            .text = "The query asks for too many nested records at once (more than 100000). Ask for smaller pages"}};

static bool keep_rows(struct operation *operation, struct record_links *links, const struct pg_result *result)
{
    struct record_set *set = &links->set;
    const struct plan_relation *relation = links->relation;
    size_t places[ORDER_TERMS_MAX];
    bool *needed = ARENA_ARRAY(operation->arena, bool, set->object->column_count);
    bool ordered = relation->page.cursors && relation->order_count > 0;
    sql_related_needs(relation, needed);
    set->count = pg_rows(result);
    set->rows = ARENA_ARRAY(operation->arena, struct value *, set->count + 1);
    set->orders = relation->page.cursors ? ARENA_ARRAY(operation->arena, const struct value *, set->count + 1) : NULL;
    if (ordered) {
        sql_related_places(relation, needed, places);
    }
    for (size_t i = 0; i < set->count; i++) {
        set->rows[i] = ARENA_ARRAY(operation->arena, struct value, set->object->column_count);
        if (!operation_read_needed(operation, set->object, needed, result, i, set->rows[i])) {
            return false;
        }
        if (ordered) {
            set->orders[i] =
                operation_order_values(operation, relation->order, relation->order_count, places, result, i);
        } else if (set->orders != NULL) {
            set->orders[i] = &set->rows[i][set->object->id_column->index];
        }
    }
    return true;
}

static void take_totals(struct operation *operation, const struct step *step, const struct pg_result *result)
{
    size_t count = pg_rows(result);
    size_t aggregates = step->links->relation->aggregate_count;
    struct record_total *totals = ARENA_ARRAY(operation->arena, struct record_total, count + 1);
    for (size_t row = 0; row < count; row++) {
        struct str bytes;
        if (pg_value(result, row, 0, &bytes) && bytes.len == sizeof totals[row].key.bytes) {
            memcpy(totals[row].key.bytes, bytes.ptr, bytes.len);
        }
        totals[row].total = pg_value(result, row, 1, &bytes) ? pg_get_int8(bytes) : 0;
        totals[row].aggregates = operation_texts(operation, result, row, 2, aggregates, true);
    }
    record_links_total(operation->arena, step->links, step->parents, totals, count);
}

static int order_of_rows(const void *a, const void *b, void *context)
{
    const struct record_set *set = context;
    size_t id = set->object->id_column->index;
    return memcmp(set->rows[*(const size_t *)a][id].as.uuid.bytes, set->rows[*(const size_t *)b][id].as.uuid.bytes,
                  sizeof set->rows[0][id].as.uuid.bytes);
}

/* The rows come in the order of their ids; a record may stand in the set more than once. */
static void take_vectors(struct operation *operation, struct record_set *set, const struct pg_result *result)
{
    struct str *vectors = ARENA_ARRAY(operation->arena, struct str, set->count);
    size_t *order = ARENA_ARRAY(operation->arena, size_t, set->count);
    for (size_t i = 0; i < set->count; i++) {
        order[i] = i;
    }
    qsort_r(order, set->count, sizeof *order, order_of_rows, set);
    size_t row = 0;
    for (size_t i = 0; i < set->count; i++) {
        const struct uuid *id = &set->rows[order[i]][set->object->id_column->index].as.uuid;
        struct str key;
        while (row < pg_rows(result) && pg_value(result, row, 0, &key) && memcmp(key.ptr, id->bytes, 16) < 0) {
            row++;
        }
        bool found = row < pg_rows(result) && pg_value(result, row, 0, &key) && memcmp(key.ptr, id->bytes, 16) == 0;
        if (found && pg_value(result, row, 1, &vectors[order[i]])) {
            vectors[order[i]] = arena_copy(operation->arena, vectors[order[i]]);
        }
    }
    set->vectors = vectors;
}

/* ---- what was cut ---- */

static void on_cuts(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct fetch *fetch = context;
    for (size_t i = 0; failure == NULL && i < fetch->step_count; i++) {
        take_totals(fetch->operation, &fetch->steps[i], results[i]);
    }
    fetch->on_fetched(fetch->operation, failure);
}

/* How many there really are, where a list was cut: one more statement for each such relation, in a last job. */
static void count_cuts(struct fetch *fetch)
{
    struct arena *arena = fetch->operation->arena;
    struct pg_command *commands = ARENA_ARRAY(arena, struct pg_command, fetch->done_count + 1);
    fetch->steps = ARENA_ARRAY(arena, struct step, fetch->done_count + 1);
    fetch->step_count = 0;
    for (size_t i = 0; i < fetch->done_count; i++) {
        const struct step *step = &fetch->done[i];
        struct uuid *ids = NULL;
        if (step->links->relation->page.count != COUNT_CUT || step->totals_at != NOWHERE) {
            continue;
        }
        size_t count = record_links_cut(arena, step->links, step->parents, &ids);
        if (count > 0) {
            commands[fetch->step_count] = command_bound(
                arena, sql_related_totals(arena, step->links->relation, ids, count, step->parents->together_count > 0));
            fetch->steps[fetch->step_count++] = *step;
        }
    }
    if (fetch->step_count == 0) {
        fetch->on_fetched(fetch->operation, NULL);
    } else {
        submit(fetch, commands, fetch->step_count, on_cuts);
    }
}

/* ---- levels ---- */

static void fetch_level(struct fetch *fetch);

static void note_done(struct fetch *fetch, const struct step *step)
{
    if (fetch->done_count == fetch->done_room) {
        size_t room = fetch->done_room == 0 ? 8 : 2 * fetch->done_room;
        struct step *grown = ARENA_ARRAY(fetch->operation->arena, struct step, room);
        if (fetch->done_count > 0) {
            memcpy(grown, fetch->done, fetch->done_count * sizeof *grown);
        }
        fetch->done = grown;
        fetch->done_room = room;
    }
    fetch->done[fetch->done_count++] = *step;
}

static void on_level(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct fetch *fetch = context;
    struct operation *operation = fetch->operation;
    if (failure != NULL) {
        fetch->on_fetched(operation, failure);
        return;
    }
    for (size_t i = 0; i < fetch->set_count; i++) {
        if (fetch->vectors_at[i] != NOWHERE) {
            take_vectors(operation, fetch->sets[i], results[fetch->vectors_at[i]]);
        }
    }
    fetch->sets = ARENA_ARRAY(operation->arena, struct record_set *, fetch->step_count + 1);
    fetch->set_count = 0;
    for (size_t i = 0; i < fetch->step_count; i++) {
        const struct step *step = &fetch->steps[i];
        const struct pg_result *page = step->page_at == NOWHERE ? NULL : results[step->page_at];
        if (page != NULL && pg_rows(page) > SQL_RELATED_MAX) {
            fetch->on_fetched(operation, &too_many);
            return;
        }
        if (page != NULL && !keep_rows(operation, step->links, page)) {
            fetch->on_fetched(operation, &foreign_value);
            return;
        }
        record_links_place(operation->arena, step->links, step->parents);
        if (step->totals_at != NOWHERE) {
            take_totals(operation, step, results[step->totals_at]);
        }
        note_done(fetch, step);
        if (step->links->set.count > 0 && plan_selection_fetches(step->links->set.selection)) {
            fetch->sets[fetch->set_count++] = &step->links->set;
        }
    }
    fetch_level(fetch);
}

/* The relation's commands; returns how many. */
static size_t ask(struct operation *operation, struct step *step, struct pg_command *commands, size_t at)
{
    struct arena *arena = operation->arena;
    const struct plan_relation *relation = step->links->relation;
    struct uuid *keys = NULL;
    bool together = step->parents->together_count > 0;
    size_t key_count = record_links_keys(arena, step->links, step->parents, &keys);
    size_t count = 0;
    step->page_at = NOWHERE;
    step->totals_at = NOWHERE;
    if (key_count == 0) {
        return 0;
    }
    if (!relation->page.unseen) {
        step->page_at = at + count++;
        commands[step->page_at] = command_bound(arena, sql_related(arena, relation, keys, key_count, together));
    }
    bool many = relation->field->side == RELATION_ONE_TO_MANY;
    if (many && (relation->page.count == COUNT_EXACT || relation->aggregate_count > 0)) {
        step->totals_at = at + count++;
        commands[step->totals_at] =
            command_bound(arena, sql_related_totals(arena, relation, keys, key_count, together));
    }
    return count;
}

/* The search vectors of a set, if it shows them; returns how many commands that takes. */
static size_t ask_vectors(struct operation *operation, const struct record_set *set, struct pg_command *command)
{
    struct uuid *ids = ARENA_ARRAY(operation->arena, struct uuid, set->count);
    if (set->selection->vector == NULL) {
        return 0;
    }
    for (size_t i = 0; i < set->count; i++) {
        ids[i] = set->rows[i][set->object->id_column->index].as.uuid;
    }
    *command = command_bound(operation->arena,
                             sql_vectors(operation->arena, set->object, set->selection->vector, ids, set->count));
    return 1;
}

static size_t prepare_steps(struct fetch *fetch, struct pg_command *commands)
{
    struct operation *operation = fetch->operation;
    size_t count = 0;
    for (size_t i = 0; i < fetch->set_count; i++) {
        struct record_set *set = fetch->sets[i];
        size_t relations = set->selection->relation_count;
        set->links = ARENA_ARRAY(operation->arena, struct record_links, relations + 1);
        fetch->vectors_at[i] = set->selection->vector == NULL ? NOWHERE : count;
        count += ask_vectors(operation, set, &commands[count]);
        for (size_t k = 0; k < relations; k++) {
            const struct plan_relation *relation = &set->selection->relations[k];
            struct record_links *links = &set->links[k];
            links->relation = relation;
            links->set = (struct record_set){.object = relation->field->target, .selection = &relation->selection};
            struct step *step = &fetch->steps[fetch->step_count++];
            *step = (struct step){.parents = set, .links = links};
            count += ask(operation, step, commands, count);
        }
    }
    return count;
}

static void fetch_level(struct fetch *fetch)
{
    struct arena *arena = fetch->operation->arena;
    size_t wanted = 0;
    for (size_t i = 0; i < fetch->set_count; i++) {
        wanted += fetch->sets[i]->selection->relation_count + (fetch->sets[i]->selection->vector == NULL ? 0 : 1);
    }
    if (wanted == 0) {
        count_cuts(fetch);
        return;
    }
    struct pg_command *commands = ARENA_ARRAY(arena, struct pg_command, 2 * wanted);
    fetch->steps = ARENA_ARRAY(arena, struct step, wanted);
    fetch->vectors_at = ARENA_ARRAY(arena, size_t, fetch->set_count);
    fetch->step_count = 0;
    size_t count = prepare_steps(fetch, commands);
    if (operation_is_late(fetch->operation)) {
        fetch->on_fetched(fetch->operation, &too_late);
    } else if (count == 0) {
        struct pg_result *const none[1] = {NULL}; /* nobody has a parent: no step has a place in it */
        on_level(fetch, none, NULL);
    } else {
        submit(fetch, commands, count, on_level);
    }
}

void record_set_fetch(struct operation *operation, struct record_set *root,
                      void (*on_fetched)(struct operation *operation, const struct pg_failure *failure))
{
    if (!plan_selection_fetches(root->selection) || root->count == 0) {
        on_fetched(operation, NULL);
        return;
    }
    struct fetch *fetch = ARENA_NEW(operation->arena, struct fetch);
    *fetch = (struct fetch){.operation = operation, .root = root, .on_fetched = on_fetched};
    fetch->sets = ARENA_ARRAY(operation->arena, struct record_set *, 1);
    fetch->sets[0] = root;
    fetch->set_count = 1;
    fetch_level(fetch);
}

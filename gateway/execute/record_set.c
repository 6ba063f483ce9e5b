#include "gateway/execute/record_set.h"

#include "common/base/map.h"

struct fetch {
    struct operation *operation;
    struct record_set *root;
    void (*on_fetched)(struct operation *operation, const struct pg_failure *failure);
    struct record_set **sets; /* of the level in flight */
    size_t set_count;
    struct record_links **links; /* one for each command in flight */
    size_t link_count;
    struct record_links **all_links;
    size_t all_count;
};

static struct uuid id_of(const struct record_set *set, size_t row)
{
    return set->rows[row][set->object->id_column->index].as.uuid;
}

/* The key of a parent's side of the relation; false when it has none. */
static bool parent_key(const struct record_links *links, const struct record_set *parents, size_t row, struct uuid *out)
{
    const struct field *field = links->relation->field;
    if (field->side == RELATION_ONE_TO_MANY) {
        *out = id_of(parents, row);
        return true;
    }
    const struct value *join = &parents->rows[row][field->columns[0].index];
    *out = join->as.uuid;
    return !join->null;
}

static struct str key_of(const struct uuid *id)
{
    return str_of((const char *)id->bytes, sizeof id->bytes);
}

/* Distinct keys of all parents. */
static size_t gather_keys(struct arena *arena, const struct record_links *links, const struct record_set *parents,
                          struct uuid **out)
{
    struct map seen = {0};
    struct uuid *keys = ARENA_ARRAY(arena, struct uuid, parents->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < parents->count; i++) {
        if (parent_key(links, parents, i, &keys[count]) && map_get(&seen, key_of(&keys[count])) == NULL) {
            map_set(&seen, key_of(&keys[count]), &keys[count]);
            count++;
        }
    }
    map_release(&seen);
    *out = keys;
    return count;
}

static const struct column *child_key_column(const struct plan_relation *relation)
{
    return relation->field->side == RELATION_ONE_TO_MANY ? &relation->field->inverse->columns[0]
                                                         : relation->field->target->id_column;
}

/* Sorts the rows by their key into runs (they come in order within a key), and points each parent to its run. */
static void group(struct arena *arena, struct record_links *links, const struct record_set *parents)
{
    struct record_set *set = &links->set;
    size_t key_at = child_key_column(links->relation)->index;
    struct map runs = {0};
    size_t *run_of = ARENA_ARRAY(arena, size_t, set->count);
    size_t *sizes = ARENA_ARRAY(arena, size_t, set->count + 1);
    size_t run_count = 0;
    for (size_t i = 0; i < set->count; i++) {
        struct str key = key_of(&set->rows[i][key_at].as.uuid);
        size_t *size = map_get(&runs, key);
        if (size == NULL) {
            size = &sizes[run_count++];
            map_set(&runs, key, size);
        }
        run_of[i] = (size_t)(size - sizes);
        (*size)++;
    }
    size_t *starts = ARENA_ARRAY(arena, size_t, run_count + 1);
    size_t *next = ARENA_ARRAY(arena, size_t, run_count + 1);
    for (size_t i = 0; i < run_count; i++) {
        starts[i + 1] = starts[i] + sizes[i];
        next[i] = starts[i];
    }
    struct value **sorted = ARENA_ARRAY(arena, struct value *, set->count);
    for (size_t i = 0; i < set->count; i++) {
        sorted[next[run_of[i]]++] = set->rows[i];
    }
    set->rows = sorted;
    links->first = ARENA_ARRAY(arena, size_t, parents->count);
    links->number = ARENA_ARRAY(arena, size_t, parents->count);
    links->cut = ARENA_ARRAY(arena, bool, parents->count);
    for (size_t i = 0; i < parents->count; i++) {
        struct uuid key;
        const size_t *size = parent_key(links, parents, i, &key) ? map_get(&runs, key_of(&key)) : NULL;
        if (size != NULL) {
            links->first[i] = starts[size - sizes];
            links->number[i] = *size;
        }
        bool many = links->relation->field->side == RELATION_ONE_TO_MANY;
        if (many && links->number[i] > links->relation->limit) {
            links->number[i] = links->relation->limit;
            links->cut[i] = true;
        }
    }
    map_release(&runs);
}

static void fetch_level(struct fetch *fetch);

static bool keep_rows(struct fetch *fetch, struct record_set *set, const struct pg_result *result)
{
    struct arena *arena = fetch->operation->arena;
    set->count = pg_rows(result);
    set->rows = ARENA_ARRAY(arena, struct value *, set->count + 1);
    for (size_t i = 0; i < set->count; i++) {
        set->rows[i] = ARENA_ARRAY(arena, struct value, set->object->column_count);
        if (!operation_read_row(fetch->operation, set->object, result, i, 0, set->rows[i], true)) {
            return false;
        }
    }
    return true;
}

static struct record_set *parents_of(const struct fetch *fetch, const struct record_links *links)
{
    for (size_t i = 0; i < fetch->set_count; i++) {
        struct record_set *set = fetch->sets[i];
        if (links >= set->links && links < set->links + set->selection->relation_count) {
            return set;
        }
    }
    return NULL;
}

static void on_level(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct fetch *fetch = context;
    struct arena *arena = fetch->operation->arena;
    if (failure != NULL) {
        fetch->on_fetched(fetch->operation, failure);
        return;
    }
    struct record_set **next = ARENA_ARRAY(arena, struct record_set *, fetch->link_count);
    size_t count = 0;
    for (size_t i = 0; i < fetch->link_count; i++) {
        struct record_links *links = fetch->links[i];
        if (!keep_rows(fetch, &links->set, results[i])) {
            fetch->on_fetched(fetch->operation, &foreign_value);
            return;
        }
        group(arena, links, parents_of(fetch, links));
        if (links->set.selection->relation_count > 0) {
            next[count++] = &links->set;
        }
    }
    fetch->sets = next;
    fetch->set_count = count;
    fetch_level(fetch);
}

static void submit(struct fetch *fetch, const struct pg_command *commands, size_t count,
                   void (*on_done)(void *, struct pg_result *const *, const struct pg_failure *), void *context)
{
    struct operation *operation = fetch->operation;
    operation_submit(operation, operation->executor->fast,
                     (struct pg_job){.kind = PG_READ,
                                     .commands = commands,
                                     .command_count = count,
                                     .cost = (unsigned)(fetch->root->count + count),
                                     .on_done = on_done,
                                     .context = context});
}

static size_t cut_parents(struct arena *arena, const struct record_links *links, const struct record_set *parents,
                          struct uuid **out)
{
    struct uuid *ids = ARENA_ARRAY(arena, struct uuid, parents->count);
    size_t count = 0;
    for (size_t i = 0; i < parents->count; i++) {
        if (links->cut[i]) {
            ids[count++] = id_of(parents, i);
        }
    }
    *out = ids;
    return count;
}

/* Walks every link that has been fetched, with its parents. */
static void each_link(struct record_set *set,
                      void (*visit)(void *context, struct record_set *parents, struct record_links *links),
                      void *context)
{
    for (size_t i = 0; set->links != NULL && i < set->selection->relation_count; i++) {
        visit(context, set, &set->links[i]);
        each_link(&set->links[i].set, visit, context);
    }
}

struct counting {
    struct fetch *fetch;
    struct pg_command *commands;
    struct record_set **parents;
    size_t count;
};

static void add_count(void *context, struct record_set *parents, struct record_links *links)
{
    struct counting *counting = context;
    struct operation *operation = counting->fetch->operation;
    struct uuid *ids = NULL;
    size_t count = cut_parents(operation->arena, links, parents, &ids);
    if (count > 0) {
        counting->commands[counting->count] =
            command_bound(operation->arena, sql_related_counts(operation->arena, links->relation, ids, count));
        counting->parents[counting->count] = parents;
        counting->fetch->all_links[counting->count++] = links;
    }
}

static void on_counts(void *context, struct pg_result *const *results, const struct pg_failure *failure)
{
    struct counting *counting = context;
    struct fetch *fetch = counting->fetch;
    if (failure != NULL) {
        fetch->on_fetched(fetch->operation, failure);
        return;
    }
    for (size_t i = 0; i < counting->count; i++) {
        struct record_links *links = fetch->all_links[i];
        const struct record_set *parents = counting->parents[i];
        links->total = ARENA_ARRAY(fetch->operation->arena, int64_t, parents->count);
        for (size_t row = 0; row < pg_rows(results[i]); row++) {
            struct str id;
            struct str total;
            for (size_t p = 0;
                 pg_value(results[i], row, 0, &id) && pg_value(results[i], row, 1, &total) && p < parents->count; p++) {
                struct uuid parent = id_of(parents, p);
                if (str_eq(key_of(&parent), id)) {
                    links->total[p] = pg_get_int8(total);
                }
            }
        }
    }
    fetch->on_fetched(fetch->operation, NULL);
}

static void count_links(void *context, struct record_set *parents, struct record_links *links)
{
    (void)parents;
    (void)links;
    (*(size_t *)context)++;
}

/* How many there really are, where a list was cut: one more statement for each such relation. */
static void fetch_counts(struct fetch *fetch)
{
    struct arena *arena = fetch->operation->arena;
    size_t most = 0;
    each_link(fetch->root, count_links, &most);
    struct counting *counting = ARENA_NEW(arena, struct counting);
    *counting = (struct counting){.fetch = fetch,
                                  .commands = ARENA_ARRAY(arena, struct pg_command, most),
                                  .parents = ARENA_ARRAY(arena, struct record_set *, most)};
    fetch->all_links = ARENA_ARRAY(arena, struct record_links *, most);
    each_link(fetch->root, add_count, counting);
    if (counting->count == 0) {
        fetch->on_fetched(fetch->operation, NULL);
        return;
    }
    submit(fetch, counting->commands, counting->count, on_counts, counting);
}

static void prepare_links(struct fetch *fetch, struct record_set *set, struct pg_command *commands)
{
    struct operation *operation = fetch->operation;
    const struct plan_selection *selection = set->selection;
    set->links = ARENA_ARRAY(operation->arena, struct record_links, selection->relation_count);
    for (size_t i = 0; i < selection->relation_count; i++) {
        struct record_links *links = &set->links[i];
        const struct plan_relation *relation = &selection->relations[i];
        struct uuid *keys = NULL;
        links->relation = relation;
        links->set = (struct record_set){.object = relation->field->target, .selection = &relation->selection};
        size_t count = gather_keys(operation->arena, links, set, &keys);
        commands[fetch->link_count] =
            command_bound(operation->arena, sql_related(operation->arena, relation, keys, count));
        fetch->links[fetch->link_count++] = links;
    }
}

static void fetch_level(struct fetch *fetch)
{
    struct arena *arena = fetch->operation->arena;
    size_t wanted = 0;
    for (size_t i = 0; i < fetch->set_count; i++) {
        wanted += fetch->sets[i]->selection->relation_count;
    }
    if (wanted == 0) {
        fetch_counts(fetch);
        return;
    }
    struct pg_command *commands = ARENA_ARRAY(arena, struct pg_command, wanted);
    fetch->links = ARENA_ARRAY(arena, struct record_links *, wanted);
    fetch->link_count = 0;
    for (size_t i = 0; i < fetch->set_count; i++) {
        prepare_links(fetch, fetch->sets[i], commands);
    }
    submit(fetch, commands, wanted, on_level, fetch);
}

void record_set_fetch(struct operation *operation, struct record_set *root,
                      void (*on_fetched)(struct operation *operation, const struct pg_failure *failure))
{
    struct fetch *fetch = ARENA_NEW(operation->arena, struct fetch);
    *fetch = (struct fetch){.operation = operation, .root = root, .on_fetched = on_fetched};
    if (root->selection->relation_count == 0 || root->count == 0) {
        on_fetched(operation, NULL);
        return;
    }
    fetch->sets = ARENA_ARRAY(operation->arena, struct record_set *, 1);
    fetch->sets[0] = root;
    fetch->set_count = 1;
    fetch_level(fetch);
}

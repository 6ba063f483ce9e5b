#include "gateway/execute/record_links.h"

#include "common/base/map.h"

static const struct uuid *id_of(const struct record_set *set, size_t row)
{
    return &set->rows[row][set->object->id_column->index].as.uuid;
}

static bool is_many(const struct record_links *links)
{
    return links->relation->field->side == RELATION_ONE_TO_MANY;
}

/* The key of a parent's side of the relation; NULL when it has none. */
static const struct uuid *parent_key(const struct record_links *links, const struct record_set *parents, size_t row)
{
    if (is_many(links)) {
        return parents->together_count > 0 ? &parents->together[0] : id_of(parents, row);
    }
    const struct value *join = &parents->rows[row][links->relation->field->columns[0].index];
    return join->null ? NULL : &join->as.uuid;
}

static size_t all_together(struct arena *arena, const struct record_set *parents, struct uuid **out)
{
    *out = ARENA_ARRAY(arena, struct uuid, parents->together_count);
    memcpy(*out, parents->together, parents->together_count * sizeof **out);
    return parents->together_count;
}

size_t record_links_keys(struct arena *arena, const struct record_links *links, const struct record_set *parents,
                         struct uuid **out)
{
    struct map seen = {0};
    if (is_many(links) && parents->together_count > 0) {
        return all_together(arena, parents, out);
    }
    struct uuid *keys = ARENA_ARRAY(arena, struct uuid, parents->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < parents->count; i++) {
        const struct uuid *key = parent_key(links, parents, i);
        if (key != NULL && map_get(&seen, uuid_key(key)) == NULL) {
            keys[count] = *key;
            map_set(&seen, uuid_key(&keys[count]), &keys[count]);
            count++;
        }
    }
    map_release(&seen);
    *out = keys;
    return count;
}

size_t record_links_cut(struct arena *arena, const struct record_links *links, const struct record_set *parents,
                        struct uuid **out)
{
    struct uuid *ids = ARENA_ARRAY(arena, struct uuid, parents->count + 1);
    size_t count = 0;
    if (parents->together_count > 0 && parents->count > 0 && links->cut[0]) {
        return all_together(arena, parents, out);
    }
    for (size_t i = 0; i < parents->count; i++) {
        if (links->cut[i]) {
            ids[count++] = *id_of(parents, i);
        }
    }
    *out = ids;
    return count;
}

/* The records of one key. */
struct run {
    size_t first; /* in the sorted set */
    size_t size;
    size_t kept;
    size_t placed;
};

struct runs {
    struct map by_key;
    struct run *items;
    size_t count;
    struct run **of_row;
};

static void find_runs(struct arena *arena, const struct record_links *links, const struct record_set *parents,
                      struct runs *runs)
{
    const struct record_set *set = &links->set;
    const struct field *field = links->relation->field;
    size_t key_at = is_many(links) ? field->inverse->columns[0].index : field->target->id_column->index;
    runs->items = ARENA_ARRAY(arena, struct run, set->count + 1);
    runs->of_row = ARENA_ARRAY(arena, struct run *, set->count + 1);
    for (size_t i = 0; i < set->count; i++) {
        bool together = is_many(links) && parents->together_count > 0;
        struct str key = uuid_key(together ? &parents->together[0] : &set->rows[i][key_at].as.uuid);
        struct run *run = map_get(&runs->by_key, key);
        if (run == NULL) {
            run = &runs->items[runs->count++];
            map_set(&runs->by_key, key, run);
        }
        runs->of_row[i] = run;
        run->size++;
    }
    size_t first = 0;
    size_t most = is_many(links) ? links->relation->page.limit : SIZE_MAX;
    for (size_t i = 0; i < runs->count; i++) {
        struct run *run = &runs->items[i];
        run->first = first;
        run->kept = run->size < most ? run->size : most;
        first += run->size;
    }
}

/* Within a run the rows come in order; those of a backward page in reverse, the one too many last of all. */
static void sort_rows(struct arena *arena, struct record_links *links, const struct runs *runs)
{
    struct record_set *set = &links->set;
    struct value **rows = ARENA_ARRAY(arena, struct value *, set->count + 1);
    const struct value **orders = ARENA_ARRAY(arena, const struct value *, set->count + 1);
    bool backward = is_many(links) && links->relation->page.backward;
    for (size_t i = 0; i < set->count; i++) {
        struct run *run = runs->of_row[i];
        size_t place = run->placed++;
        place = backward && place < run->kept ? run->kept - 1 - place : place;
        rows[run->first + place] = set->rows[i];
        orders[run->first + place] = set->orders == NULL ? NULL : set->orders[i];
    }
    set->rows = rows;
    set->orders = set->orders == NULL ? NULL : orders;
}

void record_links_place(struct arena *arena, struct record_links *links, const struct record_set *parents)
{
    struct runs runs = {0};
    find_runs(arena, links, parents, &runs);
    sort_rows(arena, links, &runs);
    links->first = ARENA_ARRAY(arena, size_t, parents->count + 1);
    links->number = ARENA_ARRAY(arena, size_t, parents->count + 1);
    links->cut = ARENA_ARRAY(arena, bool, parents->count + 1);
    for (size_t i = 0; i < parents->count; i++) {
        const struct uuid *key = parent_key(links, parents, i);
        const struct run *run = key == NULL ? NULL : map_get(&runs.by_key, uuid_key(key));
        if (run != NULL) {
            links->first[i] = run->first;
            links->number[i] = run->kept;
            links->cut[i] = run->kept < run->size;
        }
    }
    map_release(&runs.by_key);
}

void record_links_total(struct arena *arena, struct record_links *links, const struct record_set *parents,
                        struct record_total *totals, size_t count)
{
    size_t aggregates = links->relation->aggregate_count;
    const struct str *none = ARENA_ARRAY(arena, struct str, aggregates + 1);
    struct map by_key = {0};
    for (size_t i = 0; i < count; i++) {
        map_set(&by_key, uuid_key(&totals[i].key), &totals[i]);
    }
    links->total = ARENA_ARRAY(arena, int64_t, parents->count + 1);
    links->aggregates = aggregates == 0 ? NULL : ARENA_ARRAY(arena, const struct str *, parents->count + 1);
    for (size_t i = 0; i < parents->count; i++) {
        const struct record_total *total = map_get(&by_key, uuid_key(parent_key(links, parents, i)));
        links->total[i] = total == NULL ? 0 : total->total;
        if (links->aggregates != NULL) {
            links->aggregates[i] = total == NULL ? none : total->aggregates;
        }
    }
    map_release(&by_key);
}

#include "dispatcher/match/match.h"
#include "common/base/alloc.h"
#include "common/base/map.h"
#include "common/base/strbuf.h"
#include <assert.h>
#include <stdlib.h>

/* All subscribers that have one pattern. */
struct bucket {
    uint32_t *subscribers; /* ascending */
    size_t count;
    size_t capacity;
    char *pattern;
};

struct match_index {
    struct map buckets;
    uint32_t *found;
    size_t found_capacity;
    struct strbuf key;
};

enum { CANDIDATES = 4 };

struct match_index *match_index_new(void)
{
    return xcalloc(1, sizeof(struct match_index));
}

void match_index_free(struct match_index *index)
{
    if (index == NULL) {
        return;
    }
    size_t at = 0;
    for (const struct map_entry *entry; (entry = map_next(&index->buckets, &at)) != NULL;) {
        struct bucket *bucket = entry->value;
        free(bucket->subscribers);
        free(bucket->pattern);
        free(bucket);
    }
    map_release(&index->buckets);
    strbuf_release(&index->key);
    free(index->found);
    free(index);
}

static struct bucket *bucket_for(struct match_index *index, struct str pattern)
{
    struct bucket *bucket = map_get(&index->buckets, pattern);
    if (bucket == NULL) {
        bucket = xcalloc(1, sizeof(*bucket));
        bucket->pattern = xmalloc(pattern.len + 1);
        if (pattern.len > 0) {
            memcpy(bucket->pattern, pattern.ptr, pattern.len);
        }
        bucket->pattern[pattern.len] = '\0';
        map_set(&index->buckets, str_of(bucket->pattern, pattern.len), bucket);
    }
    return bucket;
}

void match_index_add(struct match_index *index, uint32_t subscriber, const struct str *patterns, size_t pattern_count)
{
    for (size_t i = 0; i < pattern_count; i++) {
        struct bucket *bucket = bucket_for(index, patterns[i]);
        if (bucket->count > 0 && bucket->subscribers[bucket->count - 1] == subscriber) {
            continue; /* the same pattern twice */
        }
        assert(bucket->count == 0 || bucket->subscribers[bucket->count - 1] < subscriber);
        if (bucket->count == bucket->capacity) {
            bucket->capacity = bucket->capacity == 0 ? 4 : bucket->capacity * 2;
            bucket->subscribers = xrealloc(bucket->subscribers, bucket->capacity * sizeof(uint32_t));
        }
        bucket->subscribers[bucket->count++] = subscriber;
    }
}

static const struct bucket *bucket_find(struct match_index *index, struct str object, struct str action)
{
    strbuf_clear(&index->key);
    strbuf_put(&index->key, object);
    strbuf_put_char(&index->key, '.');
    strbuf_put(&index->key, action);
    return map_get(&index->buckets, strbuf_str(&index->key));
}

static void push(struct match_index *index, size_t at, uint32_t subscriber)
{
    if (at == index->found_capacity) {
        index->found_capacity = at == 0 ? 16 : at * 2;
        index->found = xrealloc(index->found, index->found_capacity * sizeof(uint32_t));
    }
    index->found[at] = subscriber;
}

/* Merges ascending lists into one, without repeats. */
static size_t merge(struct match_index *index, const struct bucket *const *lists, size_t list_count)
{
    size_t at[CANDIDATES] = {0};
    size_t count = 0;
    for (;;) {
        uint32_t least = UINT32_MAX;
        bool any = false;
        for (size_t i = 0; i < list_count; i++) {
            if (lists[i] != NULL && at[i] < lists[i]->count && lists[i]->subscribers[at[i]] <= least) {
                least = lists[i]->subscribers[at[i]];
                any = true;
            }
        }
        if (!any) {
            return count;
        }
        for (size_t i = 0; i < list_count; i++) {
            if (lists[i] != NULL && at[i] < lists[i]->count && lists[i]->subscribers[at[i]] == least) {
                at[i]++;
            }
        }
        push(index, count++, least);
    }
}

size_t match_find(struct match_index *index, struct str object_name, enum event_action action, const uint32_t **out)
{
    struct str name = event_action_name(action);
    const struct bucket *lists[CANDIDATES] = {bucket_find(index, object_name, name)};
    size_t list_count = 1;
    if (event_is_about_webhook(action)) {
        lists[list_count++] = bucket_find(index, object_name, STR("*"));
        size_t found = merge(index, lists, list_count);
        *out = index->found;
        return found;
    }
    /* Twenty's server leaves the wildcards out here: runs of workflows change several times a second. */
    if (!(action == EVENT_UPDATED && str_is(object_name, "workflowRun"))) {
        lists[list_count++] = bucket_find(index, object_name, STR("*"));
        lists[list_count++] = bucket_find(index, STR("*"), name);
        lists[list_count++] = bucket_find(index, STR("*"), STR("*"));
    }
    size_t count = merge(index, lists, list_count);
    *out = index->found;
    return count;
}

bool match_wants(const struct str *patterns, size_t count, struct str object_name, enum event_action action)
{
    const uint32_t *found;
    struct match_index *index = match_index_new();
    match_index_add(index, 0, patterns, count);
    bool wants = match_find(index, object_name, action, &found) > 0;
    match_index_free(index);
    return wants;
}

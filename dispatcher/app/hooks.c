#include "dispatcher/app/hooks.h"
#include "common/base/alloc.h"
#include "common/base/secret.h"
#include "common/observe/log.h"
#include "common/text/url.h"
#include "common/webhook/webhook_text.h"
#include "dispatcher/app/dispatcher_settings.h"
#include <assert.h>
#include <stdlib.h>

void hooks_init(struct hooks *hooks, struct str server_secret, const struct hooks_defaults *defaults,
                struct lanes *lanes)
{
    *hooks = (struct hooks){.defaults = *defaults, .lanes = lanes, .index = match_index_new()};
    derive_key(server_secret, STR("webhook-secret"), hooks->seal_key);
}

static void hook_free(struct hooks *hooks, struct hook *hook)
{
    assert(hook->held == 0);
    lane_release(hooks->lanes, &hook->lane);
    parked_release(&hook->parked);
    deliver_keys_free(hook->keys);
    hook_shape_free(hook->shape);
    hook_tls_free(hook->tls);
    free(hook->url);
    free(hook->host);
    free(hook->sealed);
    free(hook);
}

void hooks_release(struct hooks *hooks)
{
    size_t at = 0;
    for (const struct map_entry *entry; (entry = map_next(&hooks->by_id, &at)) != NULL;) {
        hook_free(hooks, entry->value);
    }
    map_release(&hooks->by_id);
    match_index_free(hooks->index);
    free(hooks->active);
    secret_wipe(hooks->seal_key, sizeof(hooks->seal_key));
    *hooks = (struct hooks){0};
}

struct hook *hooks_find(const struct hooks *hooks, const struct uuid *id)
{
    return map_get(&hooks->by_id, uuid_key(id));
}

static struct hook *hook_new(struct hooks *hooks, const struct uuid *id)
{
    struct hook *hook = xcalloc(1, sizeof(*hook));
    hook->id = *id;
    hook->state = HOOK_DELETED; /* until it has been filled */
    lane_init(&hook->lane, hooks->defaults.window_most, hooks->defaults.probe_interval_us);
    list_init(&hook->deliveries);
    list_init(&hook->shelf);
    map_set(&hooks->by_id, uuid_key(&hook->id), hook);
    return hook;
}

static void log_unreadable(const struct hook *hook)
{
    char id[UUID_TEXT_LEN];
    uuid_print(&hook->id, id);
    log_begin(LOG_LEVEL_ERROR, "webhook_secret_unreadable");
    log_str("webhook", str_of(id, sizeof(id)));
    log_end();
}

static void put_secrets(struct strbuf *out, const struct webhook_row *row)
{
    strbuf_put(out, row->secret);
    strbuf_put_char(out, ' ');
    strbuf_put(out, row->signing_key);
    for (size_t i = 0; i < row->old_count; i++) {
        strbuf_printf(out, " %.*s %.*s %.*s", STR_ARG(row->old_secrets[i]), STR_ARG(row->old_signing_keys[i]),
                      STR_ARG(row->old_until[i]));
    }
}

static bool open_seal(const struct hooks *hooks, struct arena *arena, struct str sealed, struct str *out)
{
    *out = STR_EMPTY;
    return sealed.len == 0 || unseal(arena, hooks->seal_key, sealed, out);
}

/* Keys that were replaced are a courtesy: one that cannot be read is left out. */
static size_t open_secrets(const struct hooks *hooks, struct arena *arena, const struct webhook_row *row,
                           struct deliver_secret out[DELIVER_KEYS_MAX], bool *readable)
{
    size_t count = 1;
    out[0].until_us = INT64_MAX;
    *readable = open_seal(hooks, arena, row->secret, &out[0].secret) &&
                open_seal(hooks, arena, row->signing_key, &out[0].signing_key);
    for (size_t i = 0; i < row->old_count && count < DELIVER_KEYS_MAX; i++) {
        struct deliver_secret *old = &out[count];
        if (open_seal(hooks, arena, row->old_secrets[i], &old->secret) &&
            open_seal(hooks, arena, row->old_signing_keys[i], &old->signing_key) &&
            str_to_int64(row->old_until[i], 0, INT64_MAX, &old->until_us)) {
            count++;
        }
    }
    return count;
}

static void take_secret(const struct hooks *hooks, struct hook *hook, const struct webhook_row *row)
{
    struct strbuf source = {0};
    put_secrets(&source, row);
    if (hook->sealed != NULL && str_is(strbuf_str(&source), hook->sealed)) {
        strbuf_release(&source);
        return;
    }
    struct arena arena = {0};
    struct deliver_secret secrets[DELIVER_KEYS_MAX];
    bool readable;
    size_t count = open_secrets(hooks, &arena, row, secrets, &readable);
    free(hook->sealed);
    deliver_keys_free(hook->keys);
    hook->sealed = str_dup(strbuf_str(&source));
    hook->secret_unreadable = !readable;
    hook->keys = readable ? deliver_keys_new(secrets, count) : NULL;
    if (!readable) {
        log_unreadable(hook);
    }
    strbuf_release(&source);
    arena_release(&arena);
}

static void take_url(const struct hooks *hooks, struct hook *hook, struct str url)
{
    if (hook->url != NULL && str_is(url, hook->url)) {
        return;
    }
    struct arena arena = {0};
    struct url parts;
    struct str normal;
    struct err err;
    free(hook->url);
    free(hook->host);
    hook->url = str_dup(url);
    bool good = url_parse_http(&arena, url, &parts, &normal, &err);
    hook->host = str_dup(good ? parts.host : STR("?"));
    hook->forbidden = good && !egress_allows_host(hooks->defaults.egress, parts.host);
    arena_release(&arena);
}

static void take_tls(const struct hooks *hooks, struct hook *hook, const struct webhook_row *row)
{
    struct hook_tls *old = hook->tls;
    hook->tls = hook_tls_take(old, row, hooks->seal_key);
    if (hook->tls != old && hook->tls != NULL && hook->tls->key_unreadable) {
        log_unreadable(hook);
    }
}

static void log_setting_refused(const struct hook *hook, const char *name)
{
    char id[UUID_TEXT_LEN];
    uuid_print(&hook->id, id);
    log_begin(LOG_LEVEL_ERROR, "webhook_setting_refused");
    log_str("webhook", str_of(id, sizeof(id)));
    log_str("setting", str_from(name));
    log_end();
}

void hook_emptied(struct hook *hook)
{
    if (hook->parked.rows == 0) {
        hook->order = hook->order_wanted;
    }
}

/* Whoever writes the columns checks them; what cannot be read all the same gives way to the settings. */
static void take_delivery(const struct hooks *hooks, struct hook *hook, const struct webhook_row *row)
{
    struct err err;
    hook->order_wanted = str_is(row->order, "none")       ? ORDER_NONE
                         : str_is(row->order, "endpoint") ? ORDER_ENDPOINT
                                                          : ORDER_RECORD;
    if (hook->held == 0) {
        hook_emptied(hook);
    }
    hook->schedule = hooks->defaults.schedule;
    if (str_is(row->retry_schedule, "none")) {
        hook->schedule.count = 0;
    } else if (row->retry_schedule.len > 0 && !dispatcher_schedule_parse(row->retry_schedule, &hook->schedule, &err)) {
        log_setting_refused(hook, "retry_schedule");
    }
    hook->lane.pace.rate = hooks->defaults.rate;
    if (row->rate_limit.len > 0 && !pace_rate_parse(row->rate_limit, &hook->lane.pace.rate)) {
        hook->lane.pace.rate = hooks->defaults.rate;
        log_setting_refused(hook, "rate_limit");
    }
}

static void take_shape(const struct hooks *hooks, struct hook *hook, const struct webhook_row *row)
{
    struct hook_shape *old = hook->shape;
    hook->shape = hook_shape_take(old, row, hooks->defaults.max_bytes, hooks->seal_key);
    if (hook->shape != old && hook->shape->unreadable) {
        log_setting_refused(hook, "filter or headers");
    }
}

static void take_pause(const struct hooks *hooks, struct hook *hook, bool paused, int64_t now_us)
{
    if (hook->lane.pace.paused != paused) {
        hook->just_paused = paused;
        lane_pause(hooks->lanes, &hook->lane, paused, now_us);
    }
}

/* Who disabled it was told; from here on it may fail anew. A hook that is new here goes on where the last owner was. */
static void take_health(struct hook *hook, const struct webhook_row *row, bool begins, bool comes_back,
                        const struct hooks_clock *now)
{
    if (begins || comes_back) {
        hook->failing_since_us = comes_back ? 0 : row->failing_since_us;
        hook->failing_from_us = now->loop_us - (now->day_us - hook->failing_since_us);
        hook->noticed = comes_back ? 0 : (int)row->noticed;
        hook->health_written = row->failing_since_us > 0;
        hook->health_dirty = comes_back && hook->health_written;
    }
}

static void take_back(struct hooks *hooks, struct hook *hook)
{
    if (hook->state == HOOK_ACTIVE) {
        hooks->torn = hooks->torn || hook->rows_left;
        hook->dropped = false;
        hook->rows_left = false;
    }
}

static void take_replay(struct hook *hook, const struct webhook_row *row)
{
    hook->replay_wanted = row->replay_id;
    if (!webhook_rate_parse(row->replay_rate, &hook->replay_count, &hook->replay_period_us)) {
        hook->replay_count = 0;
        log_setting_refused(hook, "rate_limit of a replay");
    }
}

/* Deleted hooks without deliveries go. From the start again after each, since a map may not change under a walk. */
static void sweep(struct hooks *hooks)
{
    bool again = true;
    while (again) {
        size_t at = 0;
        again = false;
        for (const struct map_entry *entry; (entry = map_next(&hooks->by_id, &at)) != NULL;) {
            struct hook *hook = entry->value;
            if (hook->state == HOOK_DELETED && hook->held == 0 && hook->lane.in_flight == 0 &&
                hook->refill_limit == 0) {
                map_remove(&hooks->by_id, uuid_key(&hook->id));
                hook_free(hooks, hook);
                again = true;
                break;
            }
        }
    }
}

static void index_build(struct hooks *hooks, const struct webhook_rows *rows)
{
    match_index_free(hooks->index);
    hooks->index = match_index_new();
    hooks->active_count = 0;
    free(hooks->active);
    hooks->active = xcalloc(rows->count + 1, sizeof(struct hook *));
    for (size_t i = 0; i < rows->count; i++) {
        const struct webhook_row *row = &rows->rows[i];
        if (!row->disabled && shard_has(&hooks->defaults.shard, &row->id)) {
            match_index_add(hooks->index, (uint32_t)hooks->active_count, row->operations, row->operation_count);
            hooks->active[hooks->active_count++] = hooks_find(hooks, &row->id);
        }
    }
}

static void report_stopped(struct hooks *hooks, void (*on_stopped)(void *context, struct hook *hook), void *context)
{
    size_t at = 0;
    for (const struct map_entry *entry; (entry = map_next(&hooks->by_id, &at)) != NULL;) {
        struct hook *hook = entry->value;
        if (!hook->seen) {
            hook->state = HOOK_DELETED;
        }
        hook->seen = false;
        if (hook->state != HOOK_ACTIVE) {
            on_stopped(context, hook);
        }
    }
}

void hooks_load(struct hooks *hooks, const struct webhook_rows *rows, const struct hooks_clock *now,
                void (*on_stopped)(void *context, struct hook *hook), void *context)
{
    hooks->torn = false;
    for (size_t i = 0; i < rows->count; i++) {
        const struct webhook_row *row = &rows->rows[i];
        if (!shard_has(&hooks->defaults.shard, &row->id)) {
            continue;
        }
        struct hook *hook = hooks_find(hooks, &row->id);
        bool begins = hook == NULL || hooks->version == 0;
        if (hook == NULL) {
            hook = hook_new(hooks, &row->id);
        }
        take_health(hook, row, begins, !begins && hook->state == HOOK_DISABLED && !row->disabled, now);
        take_replay(hook, row);
        hook->seen = true;
        hook->state = row->disabled ? HOOK_DISABLED : HOOK_ACTIVE;
        take_back(hooks, hook);
        hook->from_seq = row->from_seq;
        take_url(hooks, hook, row->target_url);
        take_tls(hooks, hook, row);
        take_secret(hooks, hook, row);
        take_delivery(hooks, hook, row);
        take_shape(hooks, hook, row);
        take_pause(hooks, hook, row->paused, now->loop_us);
    }
    hooks->version = rows->version;
    hooks->workspace_id = rows->workspace_id;
    index_build(hooks, rows);
    report_stopped(hooks, on_stopped, context);
    sweep(hooks);
}

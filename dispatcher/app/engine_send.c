#include "common/base/alloc.h"
#include "common/observe/log.h"
#include "dispatcher/app/dispatcher_metrics.h"
#include "dispatcher/app/engine_internal.h"
#include "dispatcher/deliver/body.h"
#include <stdlib.h>

static const struct {
    const char *outcome;
    enum dispatcher_metric metric;
} verdicts[] = {
    [VERDICT_DELIVERED] = {"delivered", METRIC_DELIVERED},
    [VERDICT_RETRY] = {"failed", METRIC_FAILED},
    [VERDICT_GAVE_UP] = {"gave_up", METRIC_GAVE_UP},
    [VERDICT_DISABLE] = {"disabled", METRIC_DISABLED},
};

static void log_attempt(const struct delivery *delivery, const struct send_result *result, const char *outcome)
{
    char webhook[UUID_TEXT_LEN];
    char event[UUID_TEXT_LEN];
    if (!log_requests_enabled()) {
        return;
    }
    uuid_print(&delivery->hook->id, webhook);
    uuid_print(&delivery->event_id, event);
    log_begin(LOG_LEVEL_INFO, "delivery");
    log_str("webhook", str_of(webhook, sizeof(webhook)));
    log_str("event_id", str_of(event, sizeof(event)));
    log_int("attempt", delivery->attempt);
    log_str("outcome", str_from(outcome));
    if (result->outcome.status > 0) {
        log_int("status", result->outcome.status);
    } else {
        log_str("error", str_from(failure_name(result->outcome.failure)));
    }
    log_ms("ms", result->duration_us);
    log_str("host", str_from(delivery->hook->host));
    log_end();
}

static void record_attempt(struct engine *engine, const struct delivery *delivery, const struct send_result *result,
                           const char *outcome, int64_t started_us, int64_t next_at_us)
{
    struct str response = result->response;
    if (result->outcome.status == 0) {
        response = str_from(failure_sentence(result->outcome.failure));
    }
    struct attempt_row row = {
        .webhook_id = delivery->hook->id,
        .event_id = delivery->event_id,
        .seq = delivery->seq,
        .attempt = delivery->attempt,
        .started_us = started_us,
        .duration_us = result->duration_us,
        .outcome = outcome,
        .status = result->outcome.status,
        .failure = result->outcome.failure,
        .response = response,
        .next_at_us = next_at_us,
        .record_id = delivery->record_id,
        .event_us = delivery->created_us,
        .part_us = {result->parts.dns_us, result->parts.connect_us, result->parts.tls_us, result->parts.first_byte_us},
    };
    if (delivery->stored != NULL) {
        row.object_name = delivery->stored->event.object_name;
        row.action = event_action_name(delivery->stored->event.action);
    }
    group_attempt(engine_gathering(engine), &row);
}

static struct decision decide(struct engine *engine, const struct delivery *delivery, const struct outcome *outcome)
{
    struct decision decision = schedule_decide(&delivery->hook->schedule, outcome, delivery->attempt,
                                               engine_now_us(engine), engine_random(engine));
    if (decision.verdict == VERDICT_RETRY && outcome->failure == FAILURE_LOST) {
        decision.verdict = VERDICT_GAVE_UP; /* it will not come back */
    }
    if (decision.verdict == VERDICT_RETRY && delivery->hook->state != HOOK_ACTIVE) {
        decision.verdict = VERDICT_DISABLE;
    }
    return decision;
}

void engine_attempt_done(struct engine *engine, struct delivery *delivery, const struct send_result *result,
                         int64_t started_us)
{
    delivery->attempt++;
    delivery->again = true;
    engine->unrecorded_gathered++;
    struct decision decision = decide(engine, delivery, &result->outcome);
    bool hopeless = engine_note_outcome(engine, delivery->hook, &result->outcome);
    if (hopeless && decision.verdict != VERDICT_DELIVERED) {
        decision.verdict = VERDICT_DISABLE;
    }
    const char *outcome = verdicts[decision.verdict].outcome;
    int64_t next_at_us = decision.verdict == VERDICT_RETRY ? decision.next_at_us : 0;
    delivery->last_status = result->outcome.status;
    delivery->last_failure = result->outcome.failure;
    record_attempt(engine, delivery, result, outcome, started_us, next_at_us);
    log_attempt(delivery, result, outcome);
    metric_add(&dispatcher_metrics[verdicts[decision.verdict].metric], 1);
    dispatcher_metrics_attempt(&result->outcome, result->duration_us);
    if (decision.verdict == VERDICT_DELIVERED) {
        metric_observe_us(&dispatcher_metrics[METRIC_LAG], engine_now_us(engine) - delivery->created_us);
    }
    if (decision.verdict == VERDICT_RETRY) {
        delivery_retry_at(engine, delivery, decision.next_at_us);
        delivery_touch(engine, delivery);
        return;
    }
    if (decision.verdict == VERDICT_DISABLE) {
        delivery->state = DELIVERY_SENDING; /* so that disabling does not drop this one a second time */
        engine_disable_hook(engine, delivery->hook,
                            result->outcome.status == 410
                                ? STR("The receiver answered 410 Gone.")
                                : STR("For too long, nothing but failures came of its deliveries."));
    }
    delivery_finish(engine, delivery);
}

static void sending_free(struct sending *sending)
{
    list_remove(&sending->link);
    strbuf_release(&sending->body);
    strbuf_release(&sending->own_text);
    hook_tls_free(sending->tls);
    free(sending);
}

static void count_connection(const struct send_result *result)
{
    metric_add(&dispatcher_metrics[METRIC_CONNECTIONS_NEW], (uint64_t)result->new_connections);
    metric_add(&dispatcher_metrics[METRIC_TLS_NEW], (uint64_t)result->tls_handshakes);
    metric_add(&dispatcher_metrics[METRIC_RESENDS], (uint64_t)result->resends);
    if (result->new_connections == 0 && result->outcome.status > 0) {
        metric_add(&dispatcher_metrics[METRIC_CONNECTIONS_REUSED], 1);
    }
}

static void on_sent(void *context, const struct send_result *result)
{
    struct sending *sending = context;
    struct engine *engine = sending->engine;
    struct delivery *delivery = sending->delivery;
    int64_t started_us = sending->started_us;
    lane_answered(&engine->lanes, &delivery->hook->lane, sending->slow, pace_mood_of(&result->outcome),
                  sending->begun_us, loop_now_us(engine->loop));
    count_connection(result);
    sending_free(sending);
    engine_attempt_done(engine, delivery, result, started_us);
    loop_defer(engine->loop, &engine->pump_task);
    engine_check_drained(engine);
}

static void gather_lines(struct sending *sending, const struct hook_shape *shape)
{
    const struct deliver_headers *headers = &sending->headers;
    memcpy(sending->lines, headers->lines, headers->count * sizeof(headers->lines[0]));
    sending->line_count = headers->count;
    for (size_t i = 0; i < shape->header_count; i++) {
        strbuf_put(&sending->own_text, shape->header_lines[i]);
        strbuf_put_char(&sending->own_text, '\0');
    }
    size_t at = 0;
    for (size_t i = 0; i < shape->header_count; i++) {
        sending->lines[sending->line_count++] = sending->own_text.ptr + at;
        at += shape->header_lines[i].len + 1;
    }
}

static void send_delivery(struct engine *engine, struct delivery *delivery)
{
    char event_id[UUID_TEXT_LEN];
    struct hook *hook = delivery->hook;
    struct sending *sending = xmalloc(sizeof(*sending));
    sending->link = (struct list){0};
    sending->body = (struct strbuf){0};
    sending->own_text = (struct strbuf){0};
    sending->engine = engine;
    sending->delivery = delivery;
    sending->started_us = engine_now_us(engine);
    sending->begun_us = loop_now_us(engine->loop);
    sending->slow = false;
    sending->tls = hook_tls_ref(hook->tls);
    list_push_back(&engine->sendings, &sending->link);
    deliver_body_put(&sending->body, &delivery->stored->event, str_from(hook->url), &hook->id, &hook->shape->body);
    uuid_print(&delivery->event_id, event_id);
    struct deliver_attempt attempt = {
        .event_id = str_of(event_id, sizeof(event_id)),
        .sequence = delivery->seq,
        .now_us = sending->started_us,
        .body = strbuf_str(&sending->body),
        .user_agent = STR("Portti/" PORTTI_VERSION),
    };
    random_bytes(attempt.nonce, sizeof(attempt.nonce));
    deliver_headers_make(&sending->headers, hook->keys, &attempt);
    gather_lines(sending, hook->shape);
    struct send_request request = {
        .url = hook->url,
        .body = strbuf_str(&sending->body),
        .headers = sending->lines,
        .header_count = sending->line_count,
        .tls = sending->tls == NULL ? NULL : &sending->tls->send,
        .day_us = sending->started_us,
        .on_done = on_sent,
        .context = sending,
    };
    sender_start(engine->sender, &request);
}

/* What keeps a delivery from being sent at all. It is tried again, since by then it may be otherwise: the right key is
 * configured, or the address is allowed. */
static enum failure hindrance(const struct hook *hook)
{
    bool readable =
        !hook->secret_unreadable && !hook->shape->unreadable && (hook->tls == NULL || !hook->tls->key_unreadable);
    return !readable ? FAILURE_SECRET : hook->forbidden ? FAILURE_BLOCKED : FAILURE_NONE;
}

static void start(struct engine *engine, struct delivery *delivery)
{
    delivery->state = DELIVERY_SENDING;
    struct send_result result = {.outcome = {0, hindrance(delivery->hook), -1}, .parts = {-1, -1, -1, -1}};
    if (result.outcome.failure == FAILURE_NONE) {
        send_delivery(engine, delivery);
        return;
    }
    int64_t now_us = loop_now_us(engine->loop);
    lane_answered(&engine->lanes, &delivery->hook->lane, false, pace_mood_of(&result.outcome), now_us, now_us);
    engine_attempt_done(engine, delivery, &result, engine_now_us(engine));
}

static void sort_out_slow(struct engine *engine, int64_t now_us)
{
    LIST_EACH(link, after, &engine->sendings)
    {
        struct sending *sending = LIST_ENTRY(link, struct sending, link);
        if (now_us - sending->begun_us < SLOW_AFTER_US ||
            !lane_turned_slow(&engine->lanes, &sending->delivery->hook->lane)) {
            return;
        }
        sending->slow = true;
        list_remove(link);
        list_push_back(&engine->slow_sendings, link);
    }
}

/* For what will be possible without an answer coming in. */
static void arm_lane_timer(struct engine *engine, int64_t now_us)
{
    int64_t at = lanes_wake_at(&engine->lanes);
    if (!list_empty(&engine->sendings)) {
        int64_t slow_at = LIST_ENTRY(engine->sendings.next, struct sending, link)->begun_us + SLOW_AFTER_US;
        at = slow_at > now_us && slow_at < at ? slow_at : at;
    }
    if (at < INT64_MAX) {
        loop_timer_start(&engine->lane_timer, at > now_us ? at - now_us : 0);
    } else {
        loop_timer_stop(&engine->lane_timer);
    }
}

bool engine_sends(const struct engine *engine)
{
    return !list_empty(&engine->sendings) || !list_empty(&engine->slow_sendings);
}

void engine_pump(void *context)
{
    struct engine *engine = context;
    struct lane *lane;
    int64_t now_us = loop_now_us(engine->loop);
    if (!engine_may_start(engine)) {
        return;
    }
    sort_out_slow(engine, now_us);
    for (struct list *link; engine_may_start(engine) && (link = lanes_next(&engine->lanes, now_us, &lane)) != NULL;) {
        start(engine, LIST_ENTRY(link, struct delivery, link));
    }
    arm_lane_timer(engine, now_us);
    engine_read_on(engine);
}

void engine_abort_sendings(struct engine *engine)
{
    sender_abort_all(engine->sender);
    for (struct list *link; (link = list_pop_front(&engine->sendings)) != NULL ||
                            (link = list_pop_front(&engine->slow_sendings)) != NULL;) {
        struct sending *sending = LIST_ENTRY(link, struct sending, link);
        lane_finished(&engine->lanes, &sending->delivery->hook->lane, sending->slow, loop_now_us(engine->loop));
        sending_free(sending);
    }
}

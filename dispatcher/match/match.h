/*
 * Which subscribers want an event (contract/webhooks 1.4). A subscriber has a set of operation patterns, plain strings:
 * "company.updated" is wanted by "company.updated", "company.*", "*.updated" and "*.*", and by nothing else (there is
 * no globbing). One exception: workflowRun.updated is wanted by that exact string only. Another: events about webhooks
 * are wanted by "webhook.disabled" and "webhook.*" only, since "*.*" has always meant records.
 *
 * The index answers in four look-ups whatever the number of subscribers, plus the size of the answer.
 */
#ifndef PORTTI_DISPATCHER_MATCH_H
#define PORTTI_DISPATCHER_MATCH_H

#include "common/base/str.h"
#include "common/event/event.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct match_index;

struct match_index *match_index_new(void);
void match_index_free(struct match_index *index);
/* Subscribers are added in ascending order of `subscriber`, each once, with all its patterns. The texts are copied. */
void match_index_add(struct match_index *index, uint32_t subscriber, const struct str *patterns, size_t pattern_count);
/* The subscribers that want the event, ascending and each once, however many of their patterns match. The array belongs
 * to the index and is valid until the next call. */
size_t match_find(struct match_index *index, struct str object_name, enum event_action action, const uint32_t **out);

/* Does one of these patterns want the event? */
bool match_wants(const struct str *patterns, size_t count, struct str object_name, enum event_action action);

#endif

#include "dispatcher/consume/stored_event.h"
#include "common/base/alloc.h"
#include <assert.h>
#include <stdlib.h>

static struct str copy_to(char **at, struct str text)
{
    if (text.len == 0) {
        return STR_EMPTY;
    }
    memcpy(*at, text.ptr, text.len);
    struct str copy = str_of(*at, text.len);
    *at += text.len;
    return copy;
}

struct stored_event *stored_event_new(const struct event *event)
{
    size_t texts = event->object_name.len + event->record.len + event->updated_fields.len;
    struct stored_event *stored = xmalloc(sizeof(*stored) + texts);
    char *at = (char *)(stored + 1);
    stored->refs = 1;
    stored->event = *event;
    stored->event.object_name = copy_to(&at, event->object_name);
    stored->event.record = copy_to(&at, event->record);
    stored->event.updated_fields = copy_to(&at, event->updated_fields);
    return stored;
}

struct stored_event *stored_event_ref(struct stored_event *stored)
{
    stored->refs++;
    return stored;
}

void stored_event_unref(struct stored_event *stored)
{
    if (stored == NULL) {
        return;
    }
    assert(stored->refs > 0);
    if (--stored->refs == 0) {
        free(stored);
    }
}

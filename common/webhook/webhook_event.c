#include "common/webhook/webhook_event.h"
#include "common/text/json_write.h"
#include "common/text/timestamp.h"

static void put_time(struct strbuf *out, const char *key, int64_t us)
{
    strbuf_puts(out, key);
    if (us == 0) {
        strbuf_puts(out, "null");
        return;
    }
    strbuf_put_char(out, '"');
    timestamp_put(out, us);
    strbuf_put_char(out, '"');
}

void webhook_event_put(struct strbuf *out, const struct webhook_event *event)
{
    strbuf_puts(out, "{\"id\":\"");
    uuid_put(out, &event->id);
    strbuf_puts(out, "\",\"targetUrl\":");
    json_put_string(out, event->target_url);
    strbuf_puts(out, ",\"reason\":");
    json_put_string(out, event->reason.ptr == NULL ? STR("") : event->reason);
    put_time(out, ",\"failingSince\":", event->failing_since_us);
    put_time(out, ",\"disablesAt\":", event->disables_us);
    put_time(out, ",\"disabledAt\":", event->disabled_us);
    strbuf_put_char(out, '}');
}

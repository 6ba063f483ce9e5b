/* A filter and a record of any bytes: nothing crashes, and what is taken as a filter gives the same answer twice. The
 * input's first line is the filter, the second the updated fields, the rest the record. */
#include "dispatcher/shape/record_filter.h"
#include "dispatcher/shape/record_pick.h"
#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool holds(const struct record_filter *filter, struct str record, struct str fields)
{
    struct record_view view;
    record_view_init(&view, record, fields);
    bool answer = record_filter_holds(filter, &view);
    record_view_release(&view);
    return answer;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str record = str_of((const char *)data, size);
    struct str text;
    struct str fields;
    if (!str_split(&record, '\n', &text) || !str_split(&record, '\n', &fields)) {
        return 0;
    }
    struct err err;
    struct record_filter *filter = record_filter_new(text, &err);
    if (filter != NULL) {
        assert(holds(filter, record, fields) == holds(filter, record, fields));
        record_filter_free(filter);
    }
    struct strbuf out = {0};
    record_pick_put(&out, record, &text, 1);
    assert(out.len <= record.len + 2);
    strbuf_release(&out);
    return 0;
}

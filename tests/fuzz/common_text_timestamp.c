/* What is read prints to something that reads back as the same moment. */
#include "common/text/timestamp.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = str_of((const char *)data, size);
    int64_t us = 0;
    int64_t again = 0;
    int64_t unix_s = 0;
    int32_t days = 0;
    bool read = timestamp_parse(text, &us);
    assert(read == date_parse(text, &days));
    if (read) {
        char printed[TIMESTAMP_TEXT_LEN];
        timestamp_print(us, printed);
        read = timestamp_parse(str_of(printed, sizeof printed), &again);
        assert(read && again <= us && us - again < 1000);
        read = date_parse(str_of(printed, 10), &days);
        assert(read && again / 86400000000 - (again % 86400000000 < 0) == days);
    }
    if (http_date_parse(text, &unix_s)) {
        char printed[29];
        http_date_print(unix_s, printed);
        /* A leap second may have carried it over the last day that there is. */
        read = http_date_parse(str_of(printed, sizeof printed), &again);
        assert(unix_s == INT64_C(253402300800) || (read && again == unix_s));
    }
    return 0;
}

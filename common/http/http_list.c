#include "common/http/http_list.h"

#include "common/http/http_chars.h"

/* 0, 0.5, 0.123, 1, 1.000; -1 when it is something else. */
static int weight_of(struct str text)
{
    if (text.len == 0 || text.len > 5 || (text.ptr[0] != '0' && text.ptr[0] != '1') ||
        (text.len > 1 && text.ptr[1] != '.')) {
        return -1;
    }
    int weight = text.ptr[0] == '1' ? 1000 : 0;
    int unit = 100;
    for (size_t i = 2; i < text.len; i++, unit /= 10) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return -1;
        }
        weight += unit * (text.ptr[i] - '0');
    }
    return weight > 1000 ? -1 : weight;
}

static int member_weight(struct str parameters)
{
    struct str parameter;
    while (parameters.ptr != NULL && str_split(&parameters, ';', &parameter)) {
        parameter = http_trim(parameter);
        if (parameter.len >= 2 && (parameter.ptr[0] == 'q' || parameter.ptr[0] == 'Q') && parameter.ptr[1] == '=') {
            int weight = weight_of(str_slice(parameter, 2, parameter.len));
            return weight < 0 ? 0 : weight;
        }
    }
    return 1000;
}

int http_list_weight(struct str list, struct str name)
{
    struct str member;
    while (list.ptr != NULL && str_split(&list, ',', &member)) {
        size_t end = str_find(member, ';');
        if (str_eq_nocase(http_trim(str_slice(member, 0, end)), name)) {
            return end == member.len ? 1000 : member_weight(str_slice(member, end + 1, member.len));
        }
    }
    return -1;
}

bool http_list_prefers(struct str list, struct str name, struct str other)
{
    int weight = http_list_weight(list, name);
    return weight > 0 && weight >= http_list_weight(list, other);
}

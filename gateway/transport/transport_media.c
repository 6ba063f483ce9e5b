/* Media types: Accept and Content-Type (RFC 9110, 8.3 and 12.5.1). */
#include "gateway/transport/transport.h"

#define RESPONSE_TYPE "application/graphql-response+json"

static struct str media_of(struct str member)
{
    return str_trim(str_slice(member, 0, str_find(member, ';')));
}

/* 0 to 1000; what is malformed counts as 0. */
static int weight_of(struct str text)
{
    int weight = 0;
    int unit = 100;
    if (text.len == 0 || text.len > 5 || (text.ptr[0] != '0' && text.ptr[0] != '1')) {
        return 0;
    }
    for (size_t i = 2; i < text.len; i++, unit /= 10) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') {
            return 0;
        }
        weight += unit * (text.ptr[i] - '0');
    }
    return text.ptr[0] == '1' ? 1000 : weight;
}

static int member_weight(struct str member)
{
    struct str part;
    while (member.ptr != NULL && str_split(&member, ';', &part)) {
        part = str_trim(part);
        if (str_starts_with(part, STR("q=")) || str_starts_with(part, STR("Q="))) {
            return weight_of(str_slice(part, 2, part.len));
        }
    }
    return 1000;
}

/* The weight of the member that names the type; -1 when none does. */
static int named(struct str accept, const char *type)
{
    struct str member;
    while (accept.ptr != NULL && str_split(&accept, ',', &member)) {
        if (str_eq_nocase(media_of(member), str_from(type))) {
            return member_weight(member);
        }
    }
    return -1;
}

bool transport_accept(struct str accept, enum transport_media *out)
{
    *out = TRANSPORT_JSON;
    if (str_trim(accept).len == 0) {
        return true;
    }
    int json = named(accept, "application/json");
    int response = named(accept, RESPONSE_TYPE);
    int events = named(accept, "text/event-stream");
    if (events > 0 && events >= json && events >= response) {
        *out = TRANSPORT_EVENTS;
        return true;
    }
    if (response > 0 && response >= json) {
        *out = TRANSPORT_RESPONSE;
        return true;
    }
    if (json >= 0) {
        return json > 0;
    }
    int any = named(accept, "application/*");
    any = any < 0 ? named(accept, "*/*") : any;
    return any > 0;
}

struct str transport_content_type(enum transport_media media)
{
    switch (media) {
    case TRANSPORT_JSON: break;
    case TRANSPORT_RESPONSE: return STR(RESPONSE_TYPE "; charset=utf-8");
    case TRANSPORT_EVENTS: return STR("text/event-stream; charset=utf-8");
    }
    return STR("application/json; charset=utf-8");
}

static bool is_utf8(struct str charset)
{
    if (charset.len >= 2 && charset.ptr[0] == '"' && charset.ptr[charset.len - 1] == '"') {
        charset = str_slice(charset, 1, charset.len - 1);
    }
    return str_eq_nocase(charset, STR("utf-8")) || str_eq_nocase(charset, STR("utf8"));
}

bool transport_is_json(struct str content_type)
{
    struct str rest = content_type;
    struct str part;
    if (!str_eq_nocase(media_of(content_type), STR("application/json"))) {
        return false;
    }
    while (rest.ptr != NULL && str_split(&rest, ';', &part)) {
        size_t equals = str_find(part, '=');
        bool charset = str_eq_nocase(str_trim(str_slice(part, 0, equals)), STR("charset"));
        if (charset && !is_utf8(str_trim(str_slice(part, equals + 1, part.len)))) {
            return false;
        }
    }
    return true;
}

/*
 * Roles as the metadata API shows and takes them (contract: metadata section 7). Pure. What the flags about records and
 * settings allow is decided by gateway/policy; can_access_all_tools and the assignment to users and agents are kept for
 * clients that read them: Portti has neither tools nor users nor agents.
 */
#ifndef PORTTI_METADATA_ROLE_H
#define PORTTI_METADATA_ROLE_H

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/text/json_read.h"
#include "common/text/uuid.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ROLE_LABEL_MAX = 63, ROLE_DESCRIPTION_MAX = 4096, ROLE_ICON_MAX = 200 };

/* In the order of the columns of core.role and of the JSON. */
enum role_flag {
    ROLE_FOR_USERS,
    ROLE_FOR_AGENTS,
    ROLE_FOR_API_KEYS,
    ROLE_UPDATE_SETTINGS,
    ROLE_ACCESS_TOOLS,
    ROLE_READ_RECORDS,
    ROLE_UPDATE_RECORDS,
    ROLE_SOFT_DELETE_RECORDS,
    ROLE_DESTROY_RECORDS,
    ROLE_INTROSPECT, /* ours: clients of the contract need not know it */
    ROLE_FLAG_COUNT
};

struct api_key_row;

struct role_row {
    struct uuid id;
    struct str label;
    struct str description; /* NULL ptr: null */
    struct str icon;        /* the same */
    bool editable;
    bool flags[ROLE_FLAG_COUNT];
    int64_t created_us, updated_us;
    const struct api_key_row *const *keys; /* that have it; only filled where somebody asked */
    size_t key_count;
};

/* What a body names. */
struct role_given {
    bool id, label, description, icon;
    bool flags[ROLE_FLAG_COUNT];
};

/* A create's body: label is required; flags that are not named take the contract's defaults (assignable, nothing
 * allowed). Checked by role_check too. */
MUST_CHECK bool role_read_create(const struct json *body, struct role_row *out, struct role_given *given,
                                 struct err *err);
/* An update's body: any subset. Its flags are checked when they have been laid over the stored ones. */
MUST_CHECK bool role_read_update(const struct json *body, struct role_row *out, struct role_given *given,
                                 struct err *err);
/* ERR_INVALID: CANNOT_GIVE_WRITING_PERMISSION_WITHOUT_READING_PERMISSION, ROLE_MUST_HAVE_AT_LEAST_ONE_TARGET. */
MUST_CHECK bool role_check(const bool flags[ROLE_FLAG_COUNT], struct err *err);

enum role_form {
    ROLE_FLAT,   /* the role's own properties */
    ROLE_NESTED, /* and, for GraphQL, its lists, all but `apiKeys` */
    ROLE_DEEP    /* and `apiKeys`: [{id, name, expiresAt, revokedAt}] */
};
void role_put_json(struct strbuf *out, const struct role_row *role, enum role_form form);

#endif

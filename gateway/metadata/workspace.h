/*
 * The workspace as the metadata API shows and takes it (contract: metadata sections 2.2, 2.3). Pure. Portti has one
 * workspace, people reach it through keys, and much of what the contract's workspace can be told has nothing behind it
 * here: those properties are shown with the value that is true (no way to sign in, no invitations), and a change of
 * them is refused instead of being taken and forgotten.
 */
#ifndef PORTTI_METADATA_WORKSPACE_H
#define PORTTI_METADATA_WORKSPACE_H

#include "common/base/err.h"
#include "common/base/strbuf.h"
#include "common/text/json_read.h"
#include "common/text/uuid.h"
#include "gateway/metadata/role.h"
#include <stdbool.h>
#include <stdint.h>

enum { WORKSPACE_NAME_MAX = 255, WORKSPACE_LOGO_MAX = 2048 };

struct workspace_row {
    struct uuid id;
    struct str display_name;
    struct str logo; /* NULL ptr: null */
    struct uuid default_role_id;
    const struct role_row *default_role; /* NULL: none, or nobody asked */
    struct uuid custom_application_id;
    struct uuid standard_application_id;
    int64_t model_version;
    int64_t created_us, updated_us;
};

struct workspace_given {
    bool display_name, logo, default_role_id;
};

/* {displayName?, logo?, defaultRoleId?}. A property that cannot be changed is refused (ERR_INVALID, NOT_CHANGEABLE)
 * unless it is sent with the value that it has, or null; unknown ones are ignored. */
MUST_CHECK bool workspace_read_update(const struct json *body, struct workspace_row *out, struct workspace_given *given,
                                      struct err *err);
/* `form` is of defaultRole; ROLE_FLAT is REST's. */
void workspace_put_json(struct strbuf *out, const struct workspace_row *workspace, enum role_form form);

#endif

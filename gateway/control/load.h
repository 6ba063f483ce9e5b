/*
 * Inside this room: the statements that read what the gateway keeps in memory, and their results as snapshots. Each job
 * reads its version first and last: when they differ, somebody changed the rows in between and the job is run again.
 */
#ifndef PORTTI_CONTROL_LOAD_H
#define PORTTI_CONTROL_LOAD_H

#include "common/base/err.h"
#include "common/pg/pg.h"
#include "gateway/auth/auth.h"
#include "gateway/catalogue/catalogue.h"

enum { LOAD_MODEL_COMMANDS = 5, LOAD_KEYS_COMMANDS = 7 };
extern const struct pg_command load_model_commands[LOAD_MODEL_COMMANDS];
extern const struct pg_command load_keys_commands[LOAD_KEYS_COMMANDS];

enum load_outcome {
    LOAD_DONE,
    LOAD_AGAIN,  /* the version moved while we read */
    LOAD_REFUSED /* the rows make no sense; `err` says why */
};

/* `*version` is what was read, also when it is refused. */
enum load_outcome load_catalogue(struct pg_result *const *results, int64_t *version, struct catalogue **out,
                                 struct err *err);
enum load_outcome load_keyring(struct pg_result *const *results, int64_t *version, struct keyring **out,
                               struct err *err);

#endif

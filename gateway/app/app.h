/* The gateway's commands, after the command line and the settings have been read. Each returns the exit status. */
#ifndef PORTTI_APP_APP_H
#define PORTTI_APP_APP_H

#include "common/settings/settings.h"
#include "gateway/app/gateway_settings.h"

/* Serves until SIGTERM or SIGINT. `source` is read again on SIGHUP. */
int app_serve(struct gateway_settings *settings, const struct settings_source *source);
/* Applies the migrations and seeds the standard objects. */
int app_migrate(const struct gateway_settings *settings);
/* Prints the schema that the GraphQL endpoint at `path` has for the data model in the database. */
int app_graphql_schema(const struct gateway_settings *settings, const char *path);

struct app_key_options {
    const char *name;    /* create */
    const char *role;    /* create: label of the role */
    const char *expires; /* create: a date, or NULL for a hundred years */
    const char *id;      /* revoke */
};
/* Prints the token, and nothing else, on standard output. */
int app_key_create(const struct gateway_settings *settings, const struct app_key_options *options);
int app_key_list(const struct gateway_settings *settings);
int app_key_revoke(const struct gateway_settings *settings, const struct app_key_options *options);

/* `gateway model …`: one file a command. */
struct app_model_options {
    const char *target; /* verify: none; adopt: SCHEMA.TABLE; export, import, diff: a file, or "-" */
    bool json;
    bool counts;
    bool yes; /* else the plan is shown, and nothing done */
    bool dry_run;
    bool allow_destructive;
    /* adopt */
    const char *singular, *plural;
    const char **maps; /* FIELD=COLUMN */
    size_t map_count;
    bool add_system_columns, add_id;
};
/* 0: they agree; 1: they do not; 3: it could not be found out. */
int app_model_verify(const struct gateway_settings *settings, const struct app_model_options *options);
/* To the target, or to standard output. */
int app_model_export(const struct gateway_settings *settings, const struct app_model_options *options);
/* 0: no difference; 1: some, told a line each; 3: it could not be found out. */
int app_model_diff(const struct gateway_settings *settings, const struct app_model_options *options);
int app_model_import(const struct gateway_settings *settings, const struct app_model_options *options);
int app_model_adopt(const struct gateway_settings *settings, const struct app_model_options *options);

#endif

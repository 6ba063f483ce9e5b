/* The gateway's command line. */
#include "common/base/alloc.h"
#include "common/settings/settings.h"
#include "gateway/app/app.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_CONFIG "/etc/portti/gateway.conf"

enum { USAGE_ERROR = 2 };

static const char usage[] =
    "Usage: gateway [COMMAND] [OPTION ...]\n"
    "\n"
    "Commands:\n"
    "  serve                 serve the API until SIGTERM (the default)\n"
    "  migrate               apply the SQL migrations and make the standard objects; safe to repeat\n"
    "  apikey create         make a key and print its token, once: --name NAME [--role Admin] [--expires DATE]\n"
    "  apikey list           list the keys\n"
    "  apikey revoke ID      revoke a key; every gateway refuses it within a second\n"
    "  graphql schema [PATH] print the schema that is served at PATH (default /graphql), as SDL\n"
    "  model verify          compare the data model with the tables, indexes and keys in PostgreSQL, and look for\n"
    "                        what a crash has left behind: [--json] [--counts]; ends with 0 when all agrees, with 1\n"
    "                        when not, with 3 when it could not look\n"
    "  model adopt SCHEMA.TABLE\n"
    "                        serve a table that exists already, without moving its data: --singular NAME\n"
    "                        --plural NAME [--map FIELD=COLUMN ...] [--add-system-columns] [--add-id]; shows what is\n"
    "                        mapped and what is not, and does it with --yes\n"
    "  model export [FILE]   write the data model as one JSON document, for git\n"
    "  model diff FILE       what such a document would change here; ends with 0 when nothing, with 1 when something\n"
    "  model import FILE     make the model what the document says: shows the plan, and does it with --yes;\n"
    "                        [--dry-run] [--allow-destructive]\n"
    "\n"
    "Options:\n"
    "  --config FILE         settings file (default " DEFAULT_CONFIG ", when it exists)\n"
    "  --set NAME=VALUE      a setting; may be repeated\n"
    "  --check-config        read the settings, print those in force, and end\n"
    "  --version             print the version, and end\n"
    "  --help                print this, and end\n"
    "\n"
    "Settings come from the file, then from PORTTI_<NAME> in the environment, then from --set; the last one wins.\n"
    "A secret may be given as file:PATH.\n"
    "\n";

enum command {
    COMMAND_SERVE,
    COMMAND_MIGRATE,
    COMMAND_KEY_CREATE,
    COMMAND_KEY_LIST,
    COMMAND_KEY_REVOKE,
    COMMAND_SCHEMA,
    COMMAND_MODEL_VERIFY,
    COMMAND_MODEL_ADOPT,
    COMMAND_MODEL_EXPORT,
    COMMAND_MODEL_DIFF,
    COMMAND_MODEL_IMPORT
};

struct arguments {
    enum command command;
    bool check_config;
    const char *config;
    const char **sets;
    size_t set_count;
    struct app_key_options key;
    const char *path; /* of a GraphQL endpoint */
    struct app_model_options model;
};

static int usage_error(const char *sentence, const char *what)
{
    fprintf(stderr, "gateway: %s%s%s\nTry `gateway --help`.\n", sentence, what == NULL ? "" : ": ",
            what == NULL ? "" : what);
    return USAGE_ERROR;
}

static void print_help(void)
{
    fputs(usage, stdout);
    settings_print_help(gateway_setting_table, gateway_setting_count, stdout);
}

/* The words behind `model`. */
static int read_model_command(int argc, char **argv, struct arguments *out)
{
    enum { NEVER, MAYBE, ALWAYS };
    static const struct {
        const char *verb;
        enum command command;
        int target;
    } rows[] = {{"verify", COMMAND_MODEL_VERIFY, NEVER},
                {"adopt", COMMAND_MODEL_ADOPT, ALWAYS},
                {"export", COMMAND_MODEL_EXPORT, MAYBE},
                {"diff", COMMAND_MODEL_DIFF, ALWAYS},
                {"import", COMMAND_MODEL_IMPORT, ALWAYS}};
    const char *verb = argc > 2 ? argv[2] : "";
    bool given = argc > 3 && (argv[3][0] != '-' || argv[3][1] == '\0');
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (strcmp(verb, rows[i].verb) == 0 && (given ? rows[i].target != NEVER : rows[i].target != ALWAYS)) {
            out->command = rows[i].command;
            out->model.target = given ? argv[3] : NULL;
            return given ? 3 : 2;
        }
    }
    usage_error("`model` wants verify, adopt SCHEMA.TABLE, export [FILE], diff FILE or import FILE", NULL);
    return -1;
}

static int read_graphql_command(int argc, char **argv, struct arguments *out)
{
    if (argc < 3 || strcmp(argv[2], "schema") != 0) {
        usage_error("`graphql` wants schema", NULL);
        return -1;
    }
    bool given = argc > 3 && argv[3][0] != '-';
    out->command = COMMAND_SCHEMA;
    out->path = given ? argv[3] : "/graphql";
    return given ? 3 : 2;
}

/* Reads the words before the first option. Returns how many, or -1 after a complaint. */
static int read_command(int argc, char **argv, struct arguments *out)
{
    if (argc < 2 || argv[1][0] == '-' || strcmp(argv[1], "serve") == 0) {
        out->command = COMMAND_SERVE;
        return argc < 2 || argv[1][0] == '-' ? 0 : 1;
    }
    if (strcmp(argv[1], "migrate") == 0) {
        out->command = COMMAND_MIGRATE;
        return 1;
    }
    if (strcmp(argv[1], "graphql") == 0) {
        return read_graphql_command(argc, argv, out);
    }
    if (strcmp(argv[1], "model") == 0) {
        return read_model_command(argc, argv, out);
    }
    if (strcmp(argv[1], "apikey") != 0) {
        usage_error("unknown command", argv[1]);
        return -1;
    }
    const char *verb = argc > 2 ? argv[2] : "";
    if (strcmp(verb, "create") == 0) {
        out->command = COMMAND_KEY_CREATE;
        return 2;
    }
    if (strcmp(verb, "list") == 0) {
        out->command = COMMAND_KEY_LIST;
        return 2;
    }
    if (strcmp(verb, "revoke") == 0 && argc > 3 && argv[3][0] != '-') {
        out->command = COMMAND_KEY_REVOKE;
        out->key.id = argv[3];
        return 3;
    }
    usage_error("`apikey` wants create, list or revoke ID", NULL);
    return -1;
}

struct option_row {
    const char *name;
    const char **value;
};

static bool read_flag(const char *name, struct arguments *out)
{
    const struct {
        const char *name;
        bool *value;
    } rows[] = {{"--check-config", &out->check_config},
                {"--json", &out->model.json},
                {"--counts", &out->model.counts},
                {"--yes", &out->model.yes},
                {"--dry-run", &out->model.dry_run},
                {"--allow-destructive", &out->model.allow_destructive},
                {"--add-system-columns", &out->model.add_system_columns},
                {"--add-id", &out->model.add_id}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (strcmp(name, rows[i].name) == 0) {
            *rows[i].value = true;
            return true;
        }
    }
    return false;
}

/* -1: go on; otherwise the exit status. */
static int read_options(int argc, char **argv, int from, struct arguments *out)
{
    const char *set = NULL;
    const char *map = NULL;
    const struct option_row rows[] = {{"--config", &out->config},
                                      {"--set", &set},
                                      {"--map", &map},
                                      {"--singular", &out->model.singular},
                                      {"--plural", &out->model.plural},
                                      {"--name", &out->key.name},
                                      {"--role", &out->key.role},
                                      {"--expires", &out->key.expires}};
    for (int i = from; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_help();
            return 0;
        }
        if (strcmp(argv[i], "--version") == 0) {
            puts("portti gateway " PORTTI_VERSION);
            return 0;
        }
        if (read_flag(argv[i], out)) {
            continue;
        }
        const struct option_row *row = NULL;
        for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
            row = strcmp(argv[i], rows[r].name) == 0 ? &rows[r] : row;
        }
        if (row == NULL) {
            return usage_error("unknown option", argv[i]);
        }
        if (i + 1 == argc) {
            return usage_error("a value is missing after", argv[i]);
        }
        *row->value = argv[++i];
        if (row->value == &set) {
            out->sets[out->set_count++] = set;
        } else if (row->value == &map) {
            out->model.maps[out->model.map_count++] = map;
        }
    }
    return -1;
}

static int run(struct arguments *arguments, struct gateway_settings *settings, const struct settings_source *source)
{
    switch (arguments->command) {
    case COMMAND_SERVE: return app_serve(settings, source);
    case COMMAND_MIGRATE: return app_migrate(settings);
    case COMMAND_KEY_CREATE:
        if (arguments->key.name == NULL || arguments->key.name[0] == '\0') {
            return usage_error("`apikey create` wants --name NAME", NULL);
        }
        return app_key_create(settings, &arguments->key);
    case COMMAND_KEY_LIST: return app_key_list(settings);
    case COMMAND_SCHEMA: return app_graphql_schema(settings, arguments->path);
    case COMMAND_KEY_REVOKE: return app_key_revoke(settings, &arguments->key);
    case COMMAND_MODEL_VERIFY: return app_model_verify(settings, &arguments->model);
    case COMMAND_MODEL_ADOPT: return app_model_adopt(settings, &arguments->model);
    case COMMAND_MODEL_EXPORT: return app_model_export(settings, &arguments->model);
    case COMMAND_MODEL_DIFF: return app_model_diff(settings, &arguments->model);
    case COMMAND_MODEL_IMPORT: return app_model_import(settings, &arguments->model);
    }
    return USAGE_ERROR;
}

static int load_and_run(struct arguments *arguments)
{
    bool chosen = arguments->config != NULL;
    const char *file = chosen ? arguments->config : access(DEFAULT_CONFIG, R_OK) == 0 ? DEFAULT_CONFIG : NULL;
    struct settings_source source = {
        .file = file, .file_required = chosen, .sets = arguments->sets, .set_count = arguments->set_count};
    struct gateway_settings settings = {0};
    struct err err;
    if (!arguments->check_config && arguments->command != COMMAND_SERVE && arguments->command != COMMAND_KEY_CREATE) {
        source.dispensable = "secret_key"; /* nothing is signed or sealed */
    }
    if (!settings_load(gateway_setting_table, gateway_setting_count, &source, &settings, &err)) {
        fprintf(stderr, "gateway: %s\n", err.text);
        return USAGE_ERROR;
    }
    int status = 0;
    if (arguments->check_config) {
        settings_print_values(gateway_setting_table, gateway_setting_count, &settings, stdout);
    } else {
        status = run(arguments, &settings, &source);
    }
    settings_release(gateway_setting_table, gateway_setting_count, &settings);
    return status;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {.key = {.role = "Admin"}};
    arguments.sets = xcalloc((size_t)argc + 1, sizeof(const char *));
    arguments.model.maps = xcalloc((size_t)argc + 1, sizeof(const char *));
    int words = read_command(argc, argv, &arguments);
    int status = words < 0 ? USAGE_ERROR : read_options(argc, argv, 1 + words, &arguments);
    if (status < 0) {
        status = load_and_run(&arguments);
    }
    free(arguments.sets);
    free(arguments.model.maps);
    return status;
}

/* The dispatcher's command line. */
#include "common/observe/log.h"
#include "common/settings/settings.h"
#include "dispatcher/app/app.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXIT_USAGE = 2, SETS_MAX = 128, SHARDS_MOST = 64 };
#define DEFAULT_CONFIG "config/dispatcher.conf"

struct options {
    const char *config; /* NULL = the default one, if it is there */
    const char *sets[SETS_MAX];
    size_t set_count;
    bool check;
    int64_t shards; /* 0 = not to be changed */
};

enum action { ACTION_RUN, ACTION_HELP, ACTION_VERSION, ACTION_USAGE };

static void print_help(void)
{
    puts("Usage: dispatcher [--config FILE] [--set NAME=VALUE]... [--check-config | --set-shards N]\n"
         "\n"
         "Delivers the record changes that the gateway wrote to the outbox to the webhooks that want them.\n"
         "\n"
         "  --config FILE      settings file (default: " DEFAULT_CONFIG ", if it is there)\n"
         "  --set NAME=VALUE   a setting; wins over the environment (PORTTI_NAME) and the file\n"
         "  --check-config     print the settings in force and end\n"
         "  --set-shards N     let N dispatchers share the work (1 to 64, at first 1), and end; while none runs\n"
         "  --version\n"
         "  --help\n"
         "\n"
         "Ends with 0 after SIGTERM or SIGINT, with 2 when it cannot start.\n"
         "\n"
         "Settings:");
    settings_print_help(dispatcher_setting_table, dispatcher_setting_count, stdout);
}

static enum action parse_options(int argc, char **argv, struct options *out)
{
    static const struct option known[] = {{"config", required_argument, NULL, 'c'},
                                          {"set", required_argument, NULL, 's'},
                                          {"check-config", no_argument, NULL, 'k'},
                                          {"version", no_argument, NULL, 'v'},
                                          {"help", no_argument, NULL, 'h'},
                                          {"set-shards", required_argument, NULL, 'n'},
                                          {NULL, 0, NULL, 0}};
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (option) {
        case 'c': out->config = optarg; break;
        case 's':
            if (out->set_count == SETS_MAX) {
                fprintf(stderr, "dispatcher: more than %d times --set\n", SETS_MAX);
                return ACTION_USAGE;
            }
            out->sets[out->set_count++] = optarg;
            break;
        case 'k': out->check = true; break;
        case 'n':
            if (!str_to_int64(str_from(optarg), 1, SHARDS_MOST, &out->shards)) {
                fputs("dispatcher: --set-shards wants a number from 1 to 64\n", stderr);
                return ACTION_USAGE;
            }
            break;
        case 'v': return ACTION_VERSION;
        case 'h': return ACTION_HELP;
        default: return ACTION_USAGE;
        }
    }
    if (optind < argc) {
        fprintf(stderr, "dispatcher: \"%s\" is not understood; see dispatcher --help\n", argv[optind]);
        return ACTION_USAGE;
    }
    return ACTION_RUN;
}

static int run(const struct options *options)
{
    struct dispatcher_settings settings = {0};
    struct err err;
    const struct settings_source source = {
        .file = options->config == NULL ? DEFAULT_CONFIG : options->config,
        .file_required = options->config != NULL,
        .sets = options->sets,
        .set_count = options->set_count,
    };
    if (!settings_load(dispatcher_setting_table, dispatcher_setting_count, &source, &settings, &err)) {
        fprintf(stderr, "dispatcher: %s\n", err.text);
        return EXIT_USAGE;
    }
    int code = EXIT_SUCCESS;
    if (options->check) {
        settings_print_values(dispatcher_setting_table, dispatcher_setting_count, &settings, stdout);
    } else if (options->shards > 0) {
        if (!app_set_shards(&settings, options->shards, &err)) {
            fprintf(stderr, "dispatcher: %s\n", err.text);
            code = EXIT_USAGE;
        }
    } else {
        log_init("dispatcher", (enum log_level)settings.log_level, settings.access_log);
        if (!app_run(&settings, &err)) {
            fprintf(stderr, "dispatcher: %s\n", err.text);
            code = EXIT_USAGE;
        }
    }
    settings_release(dispatcher_setting_table, dispatcher_setting_count, &settings);
    return code;
}

int main(int argc, char **argv)
{
    struct options options = {0};
    switch (parse_options(argc, argv, &options)) {
    case ACTION_HELP: print_help(); return EXIT_SUCCESS;
    case ACTION_VERSION: puts("dispatcher " PORTTI_VERSION); return EXIT_SUCCESS;
    case ACTION_USAGE: return EXIT_USAGE;
    case ACTION_RUN: break;
    }
    return run(&options);
}

/* The gateway's settings: the table is the documentation, `gateway --help` prints it. */
#ifndef PORTTI_APP_GATEWAY_SETTINGS_H
#define PORTTI_APP_GATEWAY_SETTINGS_H

#include "common/settings/settings.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gateway_settings {
    char *database_url;
    char *redis_url;
    char *secret_key;
    char *bind;
    int64_t port;
    char *admin_bind;
    int64_t admin_port;
    int64_t workers;
    char *schema_dir;
    char *model_file;
    char *rate_limit;
    char *cors_origin;
    int64_t max_connections;
    int64_t max_header_bytes;
    int64_t max_body_bytes;
    int64_t max_import_bytes;
    int64_t max_answer_bytes;
    int64_t max_pipelined;
    int64_t page_size;
    int64_t page_size_max;
    int64_t max_batch;
    int64_t max_depth;
    int64_t relation_limit;
    int64_t max_mutation;
    int64_t max_merge;
    int64_t max_cascade;
    int64_t graphql_page_size;
    int64_t graphql_page_size_max;
    int64_t graphql_depth;
    int64_t graphql_relation_depth;
    int64_t graphql_complexity;
    int64_t graphql_fields;
    int64_t graphql_root_fields;
    int64_t graphql_aliases;
    int64_t graphql_tokens;
    int64_t graphql_timeout_us;
    int64_t max_subscriptions;
    int64_t max_subscriptions_per_key;
    int64_t graphql_batch;
    int64_t graphql_cache_bytes;
    int64_t graphql_persisted_bytes;
    int graphql_introspection;
    int64_t max_json_depth;
    int64_t max_json_values;
    int64_t header_timeout_us;
    int64_t body_timeout_us;
    int64_t idle_timeout_us;
    int64_t write_timeout_us;
    int64_t drain_timeout_us;
    int64_t fast_connections;
    int64_t slow_connections;
    int64_t fast_statement_timeout_us;
    int64_t slow_statement_timeout_us;
    int64_t queue_timeout_us;
    int64_t max_queue;
    int64_t max_prepared;
    bool compression;
    int64_t compress_min_bytes;
    bool metadata_bare;
    char *event_stream;
    int64_t event_stream_length;
    int64_t retention_us;
    int log_level;
    bool access_log;
};

extern const struct setting gateway_setting_table[];
extern const size_t gateway_setting_count;

#endif

# shellcheck shell=bash
# Portti's own two programs: built, given their settings, started, and shown the demonstration records.

GATEWAY=$ROOT/build/gateway
DISPATCHER=$ROOT/build/dispatcher

cache_value() { sed -n "s|^$1:[A-Z]*=||p" "$ROOT/build/CMakeCache.txt" 2>/dev/null; }

build_programs() {
    mkdir -p "$ROOT/build"
    exec 8>"$ROOT/build/.quickstart.lock"
    flock 8
    if [[ $(cache_value CMAKE_HOME_DIRECTORY) != "$ROOT" ]]; then
        step "configuring the build"
        rm -rf "$ROOT/build/CMakeCache.txt" "$ROOT/build/CMakeFiles"
        cmake -S "$ROOT" -B "$ROOT/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPORTTI_TESTS=OFF 8>&- 9>&-
    elif [[ $(cache_value CMAKE_BUILD_TYPE) != Release || -n $(cache_value PORTTI_SANITIZE) ]]; then
        cmake -S "$ROOT" -B "$ROOT/build" -DCMAKE_BUILD_TYPE=Release -DPORTTI_SANITIZE= 8>&- 9>&-
    fi
    [[ -x $GATEWAY && -x $DISPATCHER ]] || step "building (a minute or two)"
    cmake --build "$ROOT/build" --target gateway dispatcher 8>&- 9>&- || die "the build failed"
    exec 8>&-
}

# Settings. ------------------------------------------------------------------------------------------------------------

declare -A OWN_SETTINGS=([egress_allow]=127.0.0.0/8) # quickstart's own defaults, which --set may change
declare -A KEPT_SETTINGS=()

# Names that follow from the data folder and the options.
reserved_setting() {
    case $1 in
    port | bind) printf 'use --port N; quickstart serves on 127.0.0.1' ;;
    database_url | redis_url | secret_key | admin_port | admin_bind | schema_dir | model_file)
        printf 'quickstart decides it itself'
        ;;
    *) return 1 ;;
    esac
}

# Prints the settings that a program knows, one a line, from the table in its --help ("  port  3000  PORTTI_PORT").
settings_known() { "$1" --help | sed -nE 's/^ +([a-z][a-z0-9_]*) .*PORTTI_[A-Z0-9_]+ *$/\1/p'; }

knows() { [[ $'\n'$1$'\n' == *$'\n'"$2"$'\n'* ]]; }

settings_gather() {
    local pair name why
    GATEWAY_KNOWS=$(settings_known "$GATEWAY")
    DISPATCHER_KNOWS=$(settings_known "$DISPATCHER")
    if [[ -f $DATA/settings ]]; then
        while IFS= read -r pair; do
            name=${pair%%=*}
            # One that an older version had is no reason to stop.
            if knows "$GATEWAY_KNOWS"$'\n'"$DISPATCHER_KNOWS" "$name"; then
                KEPT_SETTINGS[$name]=${pair#*=}
            fi
        done <"$DATA/settings"
    fi
    for pair in "${SETS[@]}"; do
        name=${pair%%=*}
        if why=$(reserved_setting "$name"); then
            die "--set $name: $why"
        fi
        knows "$GATEWAY_KNOWS"$'\n'"$DISPATCHER_KNOWS" "$name" ||
            die "--set $name: neither the gateway nor the dispatcher has such a setting (see build/gateway --help)"
        if [[ -n ${pair#*=} ]]; then
            KEPT_SETTINGS[$name]=${pair#*=}
        else
            unset "KEPT_SETTINGS[$name]"
        fi
    done
    for name in "${!KEPT_SETTINGS[@]}"; do
        printf '%s=%s\n' "$name" "${KEPT_SETTINGS[$name]}"
    done | sort >"$DATA/run/settings.new"
    if [[ -s $DATA/run/settings.new ]]; then
        say "settings: $(paste -s -d ' ' "$DATA/run/settings.new")"
    fi
}

# arguments_for KNOWN-NAMES NAME=VALUE...: fills ARGUMENTS with what the program knows of those and of the settings.
arguments_for() {
    local known=$1 pair name
    local -A value=()
    shift
    for name in "${!OWN_SETTINGS[@]}"; do value[$name]=${OWN_SETTINGS[$name]}; done
    for name in "${!KEPT_SETTINGS[@]}"; do value[$name]=${KEPT_SETTINGS[$name]}; done
    for pair in "$@"; do value[${pair%%=*}]=${pair#*=}; done
    ARGUMENTS=()
    while IFS= read -r name; do
        if [[ -n $name ]] && knows "$known" "$name"; then
            ARGUMENTS+=(--set "$name=${value[$name]}")
        fi
    done < <(printf '%s\n' "${!value[@]}" | sort)
}

# Passwords go through the environment: everybody may read a command line.
with_secrets() {
    PORTTI_DATABASE_URL=$DATABASE_URL_LOCAL PORTTI_REDIS_URL=$REDIS_URL_LOCAL PORTTI_SECRET_KEY=$SECRET_KEY "$@"
}

# What the programs will be told, checked before anything is started.
programs_configure() {
    SECRET_KEY=$(secret_read secret_key)
    # What the caller's environment says about these is about another Portti.
    unset PORTTI_DATABASE_URL PORTTI_REDIS_URL PORTTI_SECRET_KEY PORTTI_PORT PORTTI_BIND PORTTI_ADMIN_PORT \
        PORTTI_ADMIN_BIND PORTTI_URL PORTTI_ADMIN_URL PORTTI_API_KEY
    port_decide
    arguments_for "$GATEWAY_KNOWS" "port=$PORT_USED" bind=127.0.0.1 "admin_port=$ADMIN_PORT" admin_bind=127.0.0.1 \
        "schema_dir=$ROOT/config/schema" "model_file=$ROOT/config/model/standard.json"
    GATEWAY_ARGUMENTS=("${ARGUMENTS[@]}")
    [[ ! -f $ROOT/config/gateway.conf ]] || GATEWAY_ARGUMENTS+=(--config "$ROOT/config/gateway.conf")
    arguments_for "$DISPATCHER_KNOWS" "admin_port=$DISPATCHER_ADMIN_PORT" admin_bind=127.0.0.1 \
        "schema_dir=$ROOT/config/schema"
    DISPATCHER_ARGUMENTS=("${ARGUMENTS[@]}")
    [[ ! -f $ROOT/config/dispatcher.conf ]] || DISPATCHER_ARGUMENTS+=(--config "$ROOT/config/dispatcher.conf")
    settings_check gateway "$GATEWAY" "${GATEWAY_ARGUMENTS[@]}"
    settings_check dispatcher "$DISPATCHER" "${DISPATCHER_ARGUMENTS[@]}"
    # Only settings that both programs accept are remembered.
    mv -f "$DATA/run/settings.new" "$DATA/settings"
}

programs_prepare() {
    with_secrets "$GATEWAY" migrate "${GATEWAY_ARGUMENTS[@]}" >>"$DATA/log/migrate.log" 2>&1 || {
        tail -n 15 "$DATA/log/migrate.log" >&2
        die "the database could not be brought up to date"
    }
    key_make
}

settings_check() {
    local name=$1 answer
    shift
    answer=$(with_secrets "$1" --check-config "${@:2}" 2>&1) || {
        printf '%s\n' "$answer" >&2
        die "the $name refuses its settings"
    }
}

port_decide() {
    local before=$PORT_USED
    if [[ -n $PORT && $PORT != 0 ]]; then
        PORT_USED=$PORT
    elif [[ -z $PORT_USED ]]; then
        PORT_USED=3000
        [[ $PORT != 0 ]] || PORT_USED=$(port_choose)
    fi
    if [[ $before == "$PORT_USED" ]] && part_pid gateway >/dev/null; then
        return 0
    fi
    if port_is_taken "$PORT_USED"; then
        die "port $PORT_USED is taken by another program: choose one with --port N (or --port 0 for any free one)"
    fi
    ports_save
}

key_make() {
    API_KEY=
    if [[ -s $DATA/secret/api_key ]]; then
        API_KEY=$(<"$DATA/secret/api_key")
        return 0
    fi
    step "making an admin key"
    API_KEY=$(with_secrets "$GATEWAY" apikey create --name quickstart --role Admin "${GATEWAY_ARGUMENTS[@]}" \
        2>>"$DATA/log/migrate.log") || API_KEY=
    if [[ -z $API_KEY ]]; then
        tail -n 5 "$DATA/log/migrate.log" >&2
        die "the admin key could not be made"
    fi
    (umask 077 && printf '%s\n' "$API_KEY" >"$DATA/secret/api_key.new")
    mv -f "$DATA/secret/api_key.new" "$DATA/secret/api_key"
}

# program_start NAME PROGRAM ARGUMENTS...: starts it, or starts it again when it runs with other settings or as an older build.
program_start() {
    local name=$1 program=$2 stamp wrap
    shift
    stamp=$(
        stat -c '%i %Y %s' "$program" "$ROOT/config/$name.conf" 2>/dev/null || true
        printf '%s\n' "${PORTTI_WRAP:-}" "$@"
    )
    if part_pid "$name" >/dev/null; then
        [[ $(cat "$DATA/run/$name.stamp" 2>/dev/null) != "$stamp" ]] || return 0
        step "starting the $name again: its program or its settings have changed"
        stop_part "$name" || die "the $name does not stop"
    else
        step "starting the $name"
    fi
    read -r -a wrap <<<"${PORTTI_WRAP:-}"
    with_secrets start_part "$name" "${wrap[@]}" "$@"
    (umask 077 && printf '%s\n' "$stamp" >"$DATA/run/$name.stamp")
}

gateway_start() { program_start gateway "$GATEWAY" "${GATEWAY_ARGUMENTS[@]}"; }
dispatcher_start() { program_start dispatcher "$DISPATCHER" "${DISPATCHER_ARGUMENTS[@]}"; }

# Each worker answers for its own connections to the database, and each new connection may meet another worker.
gateway_is_ready_throughout() {
    local tries
    for ((tries = 0; tries < 8; tries++)); do
        part_ready gateway || return 1
    done
}

programs_wait() {
    wait_for gateway 60 gateway_is_ready_throughout || part_failed gateway
    wait_for dispatcher 60 part_ready dispatcher || part_failed dispatcher
    PORTTI_URL=http://127.0.0.1:$PORT_USED
}

env_write() {
    (
        umask 077
        printf '%s=%s\n' \
            PORTTI_URL "$PORTTI_URL" \
            PORTTI_ADMIN_URL "http://127.0.0.1:$ADMIN_PORT" \
            PORTTI_DISPATCHER_ADMIN_URL "http://127.0.0.1:$DISPATCHER_ADMIN_PORT" \
            PORTTI_API_KEY "$API_KEY" \
            PORTTI_DATABASE_URL "$DATABASE_URL" \
            PORTTI_REDIS_URL "$REDIS_URL" \
            PORTTI_GATEWAY_PID "$(part_pid gateway)" \
            PORTTI_DISPATCHER_PID "$(part_pid dispatcher)" \
            PORTTI_POSTGRES_PID "$(part_pid postgres)" \
            PORTTI_REDIS_PID "$(part_pid redis)" >"$DATA/env.new"
    )
    mv -f "$DATA/env.new" "$DATA/env"
}

# The demonstration records, through the API as anybody's would be, and once: who deletes them does not want them back.
demo_load() {
    local plural first status answer
    for plural in companies people opportunities; do
        [[ ! -e $DATA/run/demo.$plural ]] || continue
        first=$(sed -n 's/.*"id": *"\([0-9a-f-]\{36\}\)".*/\1/p' "$ROOT/config/demo/$plural.json" | head -n 1)
        status=$(demo_request -o /dev/null -w '%{http_code}' "$PORTTI_URL/rest/$plural/$first")
        if [[ $status != 200 ]]; then
            answer=$(demo_request -w '\n%{http_code}' -H 'Content-Type: application/json' \
                --data-binary "@$ROOT/config/demo/$plural.json" "$PORTTI_URL/rest/batch/$plural")
            [[ ${answer##*$'\n'} == 201 ]] || {
                printf '%s\n' "$answer" >&2
                die "the demonstration $plural were refused"
            }
            step "loaded the demonstration $plural"
        fi
        : >"$DATA/run/demo.$plural"
    done
}

# The key goes through a file of its own, not through the command line.
demo_request() {
    curl -sS --max-time 30 -K <(printf 'header = "Authorization: Bearer %s"\n' "$API_KEY") "$@"
}

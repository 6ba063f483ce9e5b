# shellcheck shell=bash disable=SC2034 # names that the other files use
# The private PostgreSQL and Redis: on the loopback and on unix sockets only, with passwords of their own.

SERVICE=()   # put in front of a server to run it as the unprivileged user
SERVICE_USER=

# PostgreSQL refuses to run as root, so root lends it the user that Debian's package made. That user cannot pass a
# folder such as /root (mode 0700). Rather than open such a folder to everybody, the server keeps one capability of
# root's: to search (and read) folders. In containers that lack it, the wider one that they have.
service_user_choose() {
    local capability
    SERVICE=()
    SERVICE_USER=$(id -un)
    ((EUID == 0)) || return 0
    SERVICE_USER=postgres
    id "$SERVICE_USER" >/dev/null 2>&1 || die "there is no user \"postgres\": is Debian's package postgresql installed?"
    local base=(setpriv --reuid="$SERVICE_USER" --regid="$SERVICE_USER" --clear-groups --no-new-privs)
    for capability in "" dac_read_search dac_override; do
        SERVICE=("${base[@]}")
        if [[ -n $capability ]]; then
            SERVICE+=(--inh-caps="-all,+$capability" --ambient-caps="-all,+$capability"
                --bounding-set="-all,+$capability")
        fi
        # Not `test -x`: access(2) leaves capabilities out of account.
        if (cd / && "${SERVICE[@]}" stat "$DATA/postgres/." "$DATA/redis/.") >/dev/null 2>&1; then
            return 0
        fi
    done
    die "the user \"$SERVICE_USER\" cannot reach $DATA: choose another folder with --data"
}

# A password or a key: 32 random bytes as hexadecimal digits. Made once.
secret_read() {
    local file=$DATA/secret/$1
    if [[ ! -s $file ]]; then
        (umask 077 && od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$file.new") && mv -f "$file.new" "$file"
    fi
    cat "$file"
}

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A port that nobody listens on, below the range that the kernel hands out to clients (32768 and up).
port_choose() {
    local port tries
    for ((tries = 0; tries < 200; tries++)); do
        port=$((15000 + (RANDOM * 32768 + RANDOM) % 17000))
        if ! port_is_taken "$port"; then
            printf '%s\n' "$port"
            return
        fi
    done
    die "found no free port"
}

# The ports of a data folder are chosen once and kept, so that a URL stays valid over a restart.
ports_load() {
    PORT_USED="" POSTGRES_PORT="" REDIS_PORT="" ADMIN_PORT="" DISPATCHER_ADMIN_PORT=""
    if [[ -f $DATA/ports ]]; then
        local name value
        while IFS='=' read -r name value; do
            [[ $value =~ ^[0-9]+$ ]] || continue
            case $name in
            PORT_USED | POSTGRES_PORT | REDIS_PORT | ADMIN_PORT | DISPATCHER_ADMIN_PORT) printf -v "$name" %s "$value" ;;
            esac
        done <"$DATA/ports"
    fi
}

ports_save() {
    printf '%s=%s\n' PORT_USED "$PORT_USED" POSTGRES_PORT "$POSTGRES_PORT" REDIS_PORT "$REDIS_PORT" \
        ADMIN_PORT "$ADMIN_PORT" DISPATCHER_ADMIN_PORT "$DISPATCHER_ADMIN_PORT" >"$DATA/ports.new"
    mv -f "$DATA/ports.new" "$DATA/ports"
}

# keep_port VARIABLE PART: the port of a part that runs stays; else the one from before, unless somebody took it.
keep_port() {
    part_pid "$2" >/dev/null && [[ -n ${!1} ]] && return 0
    if [[ -z ${!1} ]] || port_is_taken "${!1}"; then
        printf -v "$1" %s "$(port_choose)"
    fi
}

# 107 bytes is all that a unix socket's path may have, and lists of such paths have separators of their own.
# Where the folder's path does not fit, TCP on the loopback does the work.
socket_folder() {
    local folder=$DATA/$1
    [[ $folder =~ ^[A-Za-z0-9/._-]+$ ]] && ((${#folder} <= 85)) && printf '%s\n' "$folder"
}

servers_prepare() {
    ports_load
    keep_port POSTGRES_PORT postgres
    keep_port REDIS_PORT redis
    keep_port ADMIN_PORT gateway
    keep_port DISPATCHER_ADMIN_PORT dispatcher
    mkdir -p "$DATA/postgres" "$DATA/redis"
    chmod 700 "$DATA/postgres" "$DATA/redis"
    POSTGRES_BIN=$(postgres_programs) || die "PostgreSQL's server is not installed"
    ((EUID != 0)) || chown postgres: "$DATA/postgres" "$DATA/redis"
    service_user_choose
    POSTGRES_PASSWORD=$(secret_read postgres_password)
    REDIS_PASSWORD=$(secret_read redis_password)
    DATABASE_URL=postgresql://portti:$POSTGRES_PASSWORD@127.0.0.1:$POSTGRES_PORT/portti
    DATABASE_URL_LOCAL=$DATABASE_URL
    REDIS_URL_LOCAL=redis://:$REDIS_PASSWORD@127.0.0.1:$REDIS_PORT/0
    # redis-cli takes a URL without a user for one with the user "".
    REDIS_URL=redis://default:$REDIS_PASSWORD@127.0.0.1:$REDIS_PORT/0
    local folder
    if folder=$(socket_folder postgres); then
        # The programs here use the socket, which is faster; the URL for others is on TCP, which every client knows.
        DATABASE_URL_LOCAL=postgresql://portti:$POSTGRES_PASSWORD@${folder//\//%2F}:$POSTGRES_PORT/portti
    fi
    ports_save
}

as_service() { (cd / && exec "${SERVICE[@]}" "$@" </dev/null 9>&-); }

postgres_create() {
    local cluster=$DATA/postgres/cluster
    step "making the database"
    rm -rf "$cluster.new"
    as_service "$POSTGRES_BIN/initdb" -D "$cluster.new" -U postgres --encoding=UTF8 --locale=C.UTF-8 \
        --auth=reject >"$DATA/log/initdb.log" 2>&1 || {
        cat "$DATA/log/initdb.log" >&2
        die "PostgreSQL could not make its files"
    }
    # Through the single-user mode: no server is up before it asks for a password.
    printf '%s\n' "create role portti login password '$POSTGRES_PASSWORD'" \
        "create database portti owner portti" \
        "revoke all on database portti from public" |
        (cd / && exec "${SERVICE[@]}" "$POSTGRES_BIN/postgres" --single -D "$cluster.new" postgres 9>&-) \
            >>"$DATA/log/initdb.log" 2>&1
    # Its superuser has no password and so cannot come in at all; the role "portti" owns its database.
    printf '%s\n' "local all all scram-sha-256" "host all all 127.0.0.1/32 scram-sha-256" >"$cluster.new/pg_hba.conf"
    mv "$cluster.new" "$cluster"
}

# A server that was killed leaves its lock files. They name a process number that may be somebody else's by now.
postgres_clear_locks() {
    local file pid
    for file in "$DATA/postgres/cluster/postmaster.pid" "$DATA/postgres/".s.PGSQL.*.lock; do
        [[ -f $file ]] || continue
        pid=$(head -n 1 "$file")
        if [[ $pid =~ ^[0-9]+$ && $(cat "/proc/$pid/comm" 2>/dev/null) == postgres ]]; then
            [[ $(readlink "/proc/$pid/cwd") != "$DATA/postgres/cluster" ]] ||
                die "PostgreSQL already runs in $DATA, as process $pid, but this script did not start it: stop it first"
        fi
        rm -f "$file" "${file%.lock}.lock"
    done
}

postgres_answers() { pg_isready -q -h 127.0.0.1 -p "$POSTGRES_PORT"; }

postgres_start() {
    local sockets tries
    part_pid postgres >/dev/null && return 0
    [[ -f $DATA/postgres/cluster/PG_VERSION ]] || postgres_create
    [[ $(<"$DATA/postgres/cluster/PG_VERSION") == $(basename "$(dirname "$POSTGRES_BIN")") ]] ||
        POSTGRES_BIN=/usr/lib/postgresql/$(<"$DATA/postgres/cluster/PG_VERSION")/bin
    [[ -x $POSTGRES_BIN/postgres ]] || die "the data were written by PostgreSQL $(<"$DATA/postgres/cluster/PG_VERSION"), which is not installed"
    step "starting PostgreSQL on 127.0.0.1:$POSTGRES_PORT"
    sockets=$(socket_folder postgres) || sockets=
    postgres_clear_locks
    for ((tries = 0; ; tries++)); do
        start_part postgres "${SERVICE[@]}" "$POSTGRES_BIN/postgres" -D "$DATA/postgres/cluster" \
            -c listen_addresses=127.0.0.1 -c "port=$POSTGRES_PORT" -c "unix_socket_directories=$sockets" \
            -c max_connections=300
        if wait_for postgres 300 postgres_answers; then
            return 0
        fi
        # The children of a killed server may need a moment to notice, and hold its shared memory until then.
        if ((tries == 20)) || ! tail -n 5 "$DATA/log/postgres.log" | grep -q 'shared memory block'; then
            part_failed postgres
        fi
        sleep 0.25
    done
}

redis_answers() {
    [[ $(REDISCLI_AUTH=$(<"$DATA/secret/redis_password") \
        timeout 5 redis-cli -h 127.0.0.1 -p "$REDIS_PORT" ping 2>/dev/null) == PONG ]]
}

redis_start() {
    local socket_line="" folder
    part_pid redis >/dev/null && return 0
    step "starting Redis on 127.0.0.1:$REDIS_PORT"
    if folder=$(socket_folder redis); then
        socket_line="unixsocket $folder/redis.sock"$'\n'"unixsocketperm 700"
    fi
    # `dir` is where it is started: a path in this file would need an escaping of its own.
    (umask 077 && cat >"$DATA/redis/redis.conf.new") <<TEXT
bind 127.0.0.1
port $REDIS_PORT
$socket_line
requirepass $REDIS_PASSWORD
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
TEXT
    mv -f "$DATA/redis/redis.conf.new" "$DATA/redis/redis.conf"
    ((EUID != 0)) || chown postgres: "$DATA/redis/redis.conf"
    cd "$DATA/redis" || die "cannot enter $DATA/redis"
    start_part redis "${SERVICE[@]}" redis-server ./redis.conf
    cd "$ROOT" || die "cannot enter $ROOT"
    wait_for redis 120 redis_answers || part_failed redis
}

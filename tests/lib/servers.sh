# shellcheck shell=bash
# A private PostgreSQL and Redis for one test script, on free ports. After common.sh:
#
#   servers_start NAME     makes both below tests/.work/NAME, sets DATABASE_URL and REDIS_URL, and stops them at exit
#   postgres_start / postgres_stop [immediate], redis_start / redis_stop [KILL]   for tests that break things
#
# The same code as quickstart's, so that "under /root" and "as root" work the same way.

SERVERS_CONFIG=$CHECKOUT/config/quickstart.d
say() { printf '# %s\n' "$*"; }
step() { :; }
die() {
    printf '%s: %s\n' "$0" "$*" >&2
    exit 1
}
# shellcheck source=config/quickstart.d/packages.sh
. "$SERVERS_CONFIG/packages.sh"
# shellcheck source=config/quickstart.d/processes.sh
. "$SERVERS_CONFIG/processes.sh"
# shellcheck source=config/quickstart.d/servers.sh
. "$SERVERS_CONFIG/servers.sh"

# shellcheck disable=SC2034 # read by the files above
servers_start() {
    ROOT=$CHECKOUT
    STARTED=()
    DATA=$(fresh_folder "$1")
    chmod 711 "$DATA"
    mkdir -p "$DATA/run" "$DATA/log" "$DATA/secret"
    exec 9>"$DATA/run/lock"
    servers_prepare
    trap servers_stop EXIT
    trap 'exit 130' INT TERM HUP
    postgres_start
    redis_start
    # The tests come as the one user on TCP; redis-cli wants a user in its URL, the programs want none.
    REDIS_URL=$REDIS_URL_LOCAL
}

postgres_stop() {
    local pid
    pid=$(part_pid postgres) || return 0
    case ${1:-} in
    immediate) kill -s QUIT "$pid" && wait_until 30 process_is_gone "$pid" ;;
    *) stop_part postgres ;;
    esac
}

redis_stop() {
    local pid
    pid=$(part_pid redis) || return 0
    kill -s "${1:-TERM}" "$pid" && wait_until 30 process_is_gone "$pid"
}

servers_stop() {
    stop_part redis || true
    stop_part postgres || true
}

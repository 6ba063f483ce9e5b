# shellcheck shell=bash
# The four parts as processes: started away from the terminal, remembered by number and start time, stopped in order.

PARTS=(postgres redis gateway dispatcher)

# The moment a process began, or nothing when there is none (a zombie is none). Numbers are used again, moments are not.
process_moment() {
    local line boot
    [[ -r /proc/$1/stat ]] || return 1
    line=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    line=${line##*) }
    [[ ${line:0:1} != [ZX] ]] || return 1
    read -r -a line <<<"$line"
    boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null) || boot=-
    printf '%s/%s\n' "$boot" "${line[19]}"
}

# Prints the process number of a part that runs; fails when it does not.
part_pid() {
    local pid moment
    [[ -f $DATA/run/$1.pid ]] || return 1
    read -r pid moment <"$DATA/run/$1.pid" || return 1
    [[ $pid =~ ^[0-9]+$ && $(process_moment "$pid") == "$moment" ]] || return 1
    printf '%s\n' "$pid"
}

# start_part NAME COMMAND...: in a session of its own, so that Ctrl-C reaches this script alone.
start_part() {
    local part=$1 pid moment
    shift
    # Close the lock: a server that held it would lock its folder for as long as it lives.
    setsid "$@" </dev/null >>"$DATA/log/$part.log" 2>&1 9>&- &
    pid=$!
    disown "$pid"
    # It may have ended already; then the wait that follows tells.
    moment=$(process_moment "$pid") || moment=gone
    printf '%s %s\n' "$pid" "$moment" >"$DATA/run/$part.pid"
    STARTED+=("$part")
}

part_failed() {
    printf 'quickstart: %s did not start. The end of its log, %s:\n' "$1" "$DATA/log/$1.log" >&2
    tail -n 15 "$DATA/log/$1.log" | sed 's/^/    /' >&2
    exit 1
}

# wait_for PART SECONDS COMMAND...: until COMMAND succeeds; not longer than the part lives.
wait_for() {
    local part=$1 limit=$2 until
    shift 2
    until=$((SECONDS + limit))
    while ! "$@" >/dev/null 2>&1; do
        part_pid "$part" >/dev/null || return 1
        ((SECONDS < until)) || return 1
        sleep 0.02
    done
}

# Stops a part, gently at first. Each may finish what it has begun.
stop_part() {
    local part=$1 pid signals signal tries
    pid=$(part_pid "$part") || {
        rm -f "$DATA/run/$part.pid"
        return 0
    }
    case $part in
    postgres) signals=(INT QUIT) ;; # INT: its "fast" shutdown, which does not wait for clients
    *) signals=(TERM KILL) ;;
    esac
    for signal in "${signals[@]}"; do
        kill -s "$signal" "$pid" 2>/dev/null || true
        for ((tries = 0; tries < 1500; tries++)); do
            part_pid "$part" >/dev/null || {
                rm -f "$DATA/run/$part.pid"
                return 0
            }
            sleep 0.02
        done
        say "$part (process $pid) does not stop on SIG$signal"
    done
    say "$part (process $pid) is still there"
    return 1
}

stop_everything() {
    local part pid failed=
    for part in dispatcher gateway redis postgres; do
        if pid=$(part_pid "$part"); then
            say "stopping $part (process $pid)"
        fi
        stop_part "$part" || failed=yes
    done
    [[ -z $failed ]] || die "not everything has stopped"
    say "nothing runs in $DATA"
}

status_print() {
    local part pid down=
    for part in "${PARTS[@]}"; do
        if ! pid=$(part_pid "$part"); then
            printf '%-10s is down\n' "$part"
            down=yes
        elif part_ready "$part"; then
            printf '%-10s is ready, process %s\n' "$part" "$pid"
        else
            printf '%-10s runs but is not ready, process %s\n' "$part" "$pid"
            down=yes
        fi
    done
    [[ -z $down ]]
}

part_ready() {
    ports_load
    case $1 in
    postgres) pg_isready -q -h 127.0.0.1 -p "$POSTGRES_PORT" ;;
    redis) redis_answers ;;
    gateway) curl -fsS -o /dev/null --max-time 2 "http://127.0.0.1:$PORT_USED/readyz" 2>/dev/null ;;
    dispatcher) curl -fsS -o /dev/null --max-time 2 "http://127.0.0.1:$DISPATCHER_ADMIN_PORT/readyz" 2>/dev/null ;;
    esac
}

# Shows both programs' logs until Ctrl-C, or until somebody else stopped everything.
follow_logs() {
    local part up followers=() down=()
    trap - EXIT
    trap 'LEAVING=yes' INT TERM HUP
    LEAVING=
    flock -u 9
    say "Showing the logs. Ctrl-C stops everything."
    for part in gateway dispatcher; do
        setsid tail -n 0 -F "$DATA/log/$part.log" 2>/dev/null > >(exec 9>&-; trap '' INT; exec sed -u "s/^/$part | /") 9>&- &
        followers+=("$!")
    done
    while [[ -z $LEAVING ]]; do
        up=0
        for part in "${PARTS[@]}"; do
            if part_pid "$part" >/dev/null; then
                up=$((up + 1))
                down=("${down[@]/$part/}")
            elif [[ " ${down[*]} " != *" $part "* ]]; then
                say "$part is down. To start it again: ./config/quickstart --data $(printf %q "$DATA") --detach"
                down+=("$part")
            fi
        done
        ((up)) || break
        sleep 0.3 || true
    done
    if [[ -n $LEAVING ]]; then
        say "stopping"
        flock -w 60 9 || true
        stop_everything
        sleep 0.2
    fi
    kill "${followers[@]}" 2>/dev/null || true
    wait "${followers[@]}" 2>/dev/null || true
}

# shellcheck shell=bash
# What the test scripts share. Source it: . "$(dirname "$0")/../lib/common.sh" (or ../../lib/common.sh).

CHECKOUT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
TESTS=$CHECKOUT/tests
WORK=$TESTS/.work
export LC_ALL=C.UTF-8 PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

# One line a test. tests/run counts the lines that begin with "ok ", "not ok " and "skip ".
ok() { printf 'ok %s\n' "$*"; }
skip() { printf 'skip %s\n' "$*"; }
FAILED=0
not_ok() {
    printf 'not ok %s\n' "$*"
    FAILED=$((FAILED + 1))
}

# check NAME COMMAND...: ok when the command succeeds. Its output is shown when it does not.
check() {
    local name=$1 output code
    shift
    # Not as the condition of an `if`: there, bash forgets `set -e` in everything that is called.
    set +e
    output=$(
        set -e
        "$@" 2>&1
    )
    code=$?
    set -e
    if ((code == 0)); then
        ok "$name"
    else
        printf '%s\n' "$output" | tail -n 60 | sed 's/^/    /'
        not_ok "$name"
    fi
}

# The end of a script: fails when a test has failed.
finish() { exit $((FAILED > 0)); }

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A port that nobody listens on, below those that the kernel hands out to clients.
free_port() {
    local port
    while :; do
        port=$((15000 + (RANDOM * 32768 + RANDOM) % 17000))
        if ! port_is_taken "$port"; then
            printf '%s\n' "$port"
            return
        fi
    done
}

# A fresh folder below tests/.work.
fresh_folder() {
    rm -rf "${WORK:?}/$1"
    mkdir -p "$WORK/$1"
    printf '%s\n' "$WORK/$1"
}

# wait_until SECONDS COMMAND...
wait_until() {
    local until=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < until)) || return 1
        sleep 0.05
    done
}

process_lives() {
    local state
    state=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null) || return 1
    [[ -n $state && ${state:0:1} != [ZX] ]]
}

process_is_gone() { ! process_lives "$1"; }

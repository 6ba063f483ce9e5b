# shellcheck shell=bash
# What `run` and `ctl` share, after lib/common.sh and lib/servers.sh: the gateways of this test.

GATEWAY=${PORTTI_GATEWAY:-$CHECKOUT/build/gateway}
GATEWAY=$(realpath "$GATEWAY") || die "there is no gateway at ${PORTTI_GATEWAY:-build/gateway}"

# with_secrets COMMAND...: passwords go through the environment.
with_secrets() {
    PORTTI_DATABASE_URL=$DATABASE_URL_LOCAL PORTTI_REDIS_URL=$REDIS_URL_LOCAL PORTTI_SECRET_KEY=$(secret_read secret_key) \
        "$@"
}

gateway_tool() {
    with_secrets "$GATEWAY" "$@" --set "schema_dir=$CHECKOUT/config/schema" \
        --set "model_file=$CHECKOUT/config/model/standard.json"
}

# The port of a gateway is kept over its restarts.
gateway_port() {
    [[ -f $DATA/run/$1.port ]] || free_port >"$DATA/run/$1.port"
    cat "$DATA/run/$1.port"
}

# gateway_start PART [SETTING=VALUE...]: begins; gateway_wait waits until it is ready.
gateway_start() {
    local part=$1 setting arguments=()
    shift
    for setting in "$@"; do arguments+=(--set "$setting"); done
    with_secrets start_part "$part" "$GATEWAY" serve --set "port=$(gateway_port "$part")" --set admin_port=0 \
        --set access_log=off "${arguments[@]}"
}

gateway_answers() { curl -fsS -o /dev/null --max-time 2 "http://127.0.0.1:$(gateway_port "$1")/readyz"; }
gateway_wait() { wait_for "$1" 30 gateway_answers "$1" || part_failed "$1"; }

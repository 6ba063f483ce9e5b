# shellcheck shell=bash
# Debian's packages: installed only when one is missing, without leaving a server of Debian's own running.

# What must be there, as Debian names it; for the first three the program itself is enough, from wherever it came.
packages_missing() {
    local wanted=(gcc libc6-dev cmake ninja-build pkg-config libevent-dev libcurl4-openssl-dev libhiredis-dev libpq-dev
        libjansson-dev libssl-dev zlib1g-dev ca-certificates)
    local have name
    command -v curl >/dev/null || wanted+=(curl)
    command -v redis-server >/dev/null && command -v redis-cli >/dev/null || wanted+=(redis-server)
    postgres_programs >/dev/null && command -v pg_isready >/dev/null || wanted+=(postgresql)
    if ! command -v dpkg-query >/dev/null; then
        for name in cc cmake ninja pkg-config curl redis-server redis-cli pg_isready; do
            command -v "$name" >/dev/null || printf '%s\n' "$name"
        done
        return
    fi
    have=$(dpkg-query -W -f '${db:Status-Abbrev}|${Package}|${Provides}\n' "${wanted[@]}" 2>/dev/null |
        sed -n 's/^ii |\([^|]*\)|.*/\1/p') || true
    for name in "${wanted[@]}"; do
        # pkgconf provides pkg-config; either will do.
        [[ $'\n'$have$'\n' == *$'\n'"$name"$'\n'* ]] && continue
        [[ $name == pkg-config ]] && command -v pkg-config >/dev/null && continue
        printf '%s\n' "$name"
    done
}

# The folder of the newest PostgreSQL that has a server.
postgres_programs() {
    local folder
    folder=$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort -V | tail -n 1)
    [[ -x $folder ]] || return 1
    dirname "$folder"
}

POLICY_MADE=
CREATECLUSTER=/etc/postgresql-common/createcluster.conf
CREATECLUSTER_KEPT=

# Undoes what packages_install changed for the time of the installation.
packages_restore() {
    if [[ -n $POLICY_MADE ]]; then
        rm -f /usr/sbin/policy-rc.d
        POLICY_MADE=
    fi
    if [[ -n $CREATECLUSTER_KEPT ]]; then
        printf '%s\n' "$CREATECLUSTER_KEPT" >"$CREATECLUSTER"
        CREATECLUSTER_KEPT=
    fi
}

apt_get() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=600 \
        -o Dpkg::Options::=--force-confold "$@" 9>&-
}

packages_install() {
    local missing=("$@") redis_was_here=yes
    command -v redis-server >/dev/null || redis_was_here=
    apt_get update || say "apt-get update failed: going on with the lists that are here"
    # policy-rc.d is Debian's way to keep an installation from starting services.
    if [[ ! -e /usr/sbin/policy-rc.d ]]; then
        printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
        chmod 755 /usr/sbin/policy-rc.d
        POLICY_MADE=yes
    fi
    if [[ " ${missing[*]} " == *" postgresql "* ]]; then
        # Installing PostgreSQL also makes a database cluster that starts at every boot, unless told not to.
        apt_get install --no-install-recommends postgresql-common
        if [[ -f $CREATECLUSTER ]]; then
            CREATECLUSTER_KEPT=$(<"$CREATECLUSTER")
            printf 'create_main_cluster = false\n' >>"$CREATECLUSTER"
        fi
    fi
    apt_get install --no-install-recommends "${missing[@]}"
    packages_restore
    if [[ -z $redis_was_here ]] && command -v systemctl >/dev/null; then
        # Installed for its program only: not to start at the next boot.
        systemctl disable redis-server.service >/dev/null 2>&1 || true
    fi
}

packages_ensure() {
    local missing
    mapfile -t missing < <(packages_missing)
    ((${#missing[@]})) || return 0
    step "installing: ${missing[*]}"
    command -v apt-get >/dev/null || die "install these first: ${missing[*]}"
    ((EUID == 0)) || die "as root, install these first (or run this with sudo): apt-get install ${missing[*]}"
    packages_install "${missing[@]}"
}

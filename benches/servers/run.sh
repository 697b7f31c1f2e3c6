#!/usr/bin/env bash
# Surveys other S3 servers, each in its own process on loopback: writes docs/servers.md.
# moto and ministack come from pinned packages; fakecloud (AGPL: run, never linked) where
# FAKECLOUD=1 asks for its build, which takes long, or names its program.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=${SERVERS_WORK:-$(mktemp -d)}
fakecloud_version=0.51.0
running=()
ended() {
    for process in "${running[@]}"; do kill "$process" 2> /dev/null || true; done
    [ -n "${SERVERS_WORK:-}" ] || rm -rf "$work"
}
trap ended EXIT

[ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --requirement benches/servers/servers.txt
if [ -z "${BUCKETPAIR:-}" ]; then
    cargo build --locked
    BUCKETPAIR=${CARGO_TARGET_DIR:-target}/debug/bucketpair
fi
if [ "${FAKECLOUD:-}" = 1 ]; then
    cargo install fakecloud --version "$fakecloud_version" --locked --debug --root "$work/fakecloud-program"
    FAKECLOUD=$work/fakecloud-program/bin/fakecloud
fi
export BUCKETPAIR_ACCESS_KEY_ID=test BUCKETPAIR_SECRET_ACCESS_KEY=test

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Waits until a server answers, for at most a minute.
answers() {
    for _ in $(seq 300); do
        curl --silent --output /dev/null "$1" && return
        sleep 0.2
    done
    echo "$1 does not answer; see $work" >&2
    exit 1
}

# Surveys `name` at a port; how the survey ends is in the table.
survey() {
    local name=$1 port=$2
    answers "http://127.0.0.1:$port/"
    timeout 900 "$BUCKETPAIR" run --survey --target "http://127.0.0.1:$port" --deadline 5s --report "$work/$name" > "$work/$name.txt" 2>&1 || true
    tail -n 3 "$work/$name.txt" | head -n 1
}

port=$(free_port)
"$work/venv/bin/moto_server" -H 127.0.0.1 -p "$port" > "$work/moto.log" 2>&1 & running+=($!)
survey moto "$port"
kill "${running[-1]}"
port=$(free_port)
BIND_HOST=127.0.0.1 GATEWAY_PORT=$port "$work/venv/bin/ministack" > "$work/ministack.log" 2>&1 & running+=($!)
survey ministack "$port"
kill "${running[-1]}"
servers=("moto 5.2.5=$work/moto" "ministack 1.5.33=$work/ministack")
if [ -n "${FAKECLOUD:-}" ]; then
    port=$(free_port)
    "$FAKECLOUD" --addr "127.0.0.1:$port" > "$work/fakecloud.log" 2>&1 & running+=($!)
    survey fakecloud "$port"
    kill "${running[-1]}"
    servers+=("fakecloud $fakecloud_version=$work/fakecloud")
fi
"$BUCKETPAIR" run --report "$work/embedded" > /dev/null || true
servers+=("the embedded pair=$work/embedded")
"$BUCKETPAIR" conformance "${servers[@]}" > docs/servers.md
echo "docs/servers.md is written"

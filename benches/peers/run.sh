#!/usr/bin/env bash
# Other tools beside bucketpair, in one run on this machine: writes docs/performance.md.
# Everything listens on loopback; every loop is bounded in count and time. Packages are pinned.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=${PEERS_WORK:-$(mktemp -d)}
[ -n "${PEERS_WORK:-}" ] || trap 'rm -rf "$work"' EXIT
for tool in boto3 awscli ministack; do
    [ -x "$work/$tool/bin/python" ] || python3 -m venv "$work/$tool"
    "$work/$tool/bin/pip" install --quiet --disable-pip-version-check --requirement "benches/peers/$tool.txt"
done
if [ -z "${PEERS_BUCKETPAIR:-}" ]; then
    cargo build --locked --release
    PEERS_BUCKETPAIR=${CARGO_TARGET_DIR:-target}/release/bucketpair
fi
timeout 900 "$work/boto3/bin/python" benches/peers/peers.py "$work" "$PEERS_BUCKETPAIR" docs/performance.md

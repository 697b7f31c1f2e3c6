#!/usr/bin/env bash
# What other tools say of the pairs that bucketpair breaks on purpose: writes docs/other-tools.md.
# rclone comes from Debian's package, the rest from pinned packages in a folder of their own.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=${TOOLS_WORK:-$(mktemp -d)}
[ -n "${TOOLS_WORK:-}" ] || trap 'rm -rf "$work"' EXIT
command -v rclone > /dev/null || apt-get install -y -qq --no-install-recommends rclone > /dev/null
[ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --requirement benches/other-tools/tools.txt
if [ -z "${BUCKETPAIR:-}" ]; then
    cargo build --locked
    BUCKETPAIR=${CARGO_TARGET_DIR:-target}/debug/bucketpair
fi
PATH="$work/venv/bin:$PATH" timeout 7200 "$work/venv/bin/python" benches/other-tools/compare.py "$work" "$BUCKETPAIR" docs/other-tools.md

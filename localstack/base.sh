#!/usr/bin/env bash
# Builds bucketpair/localstack-base:4.14.0 where no image can be pulled: a Debian 13 root file
# system and LocalStack's pinned packages. What is there already is not built again.
set -euo pipefail
cd "$(dirname "$0")"

debian=bucketpair/debian:trixie
base=bucketpair/localstack-base:4.14.0
packages=python3,python3-venv,ca-certificates

if docker image inspect "$base" > /dev/null 2>&1; then
    echo "$base is there"
    exit 0
fi
if ! docker image inspect "$debian" > /dev/null 2>&1; then
    command -v debootstrap > /dev/null || { apt-get update -qq && apt-get install -y -qq debootstrap; }
    root=$(mktemp -d)
    trap 'rm -rf "$root"' EXIT
    debootstrap --variant=minbase --include="$packages" trixie "$root" > "$root.log" 2>&1 || { tail "$root.log"; exit 1; }
    rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale} "$root.log"
    tar -C "$root" -c . | docker import -c 'CMD ["bash"]' - "$debian"
fi
mkdir -p build
cat "${PIP_CERT:-/dev/null}" > build/pip.pem
docker build --quiet --network host --tag "$base" --build-arg DEBIAN="$debian" \
    --build-arg PIP_INDEX_URL="$(python3 -m pip config get global.index-url 2> /dev/null || true)" \
    --file base.Dockerfile .

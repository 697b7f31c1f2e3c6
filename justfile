# What `.ci/run` calls, and what you call while you work.

# Format, lint, test: before every commit.
dev: format-check lint test

# Everything that has to hold, in the order of .ci/run; ends on the test runner's own summary.
ci: format-check lint docs features package clean-clone test

# Rewrites the sources with rustfmt.
format:
    cargo fmt

format-check:
    cargo fmt --check

lint:
    cargo clippy --locked --all-targets --features rstest -- -D warnings

docs:
    RUSTDOCFLAGS=-Dwarnings cargo doc --locked --no-deps --features rstest

# The library alone compiles without command line, embedded pair and TLS.
features:
    cargo check --locked --lib --no-default-features
    cargo check --locked --lib --no-default-features --features emulator
    cargo test --locked --features rstest --test fixture

# The package that crates.io would get, built from its own archive.
package:
    cargo package --locked --allow-dirty --quiet

# The README's main command, on a clean clone.
clean-clone:
    #!/usr/bin/env bash
    set -euo pipefail
    clone=$(mktemp -d)
    trap 'rm -rf "$clone"' EXIT
    git clone --quiet . "$clone"
    cd "$clone"
    env -u CARGO_TARGET_DIR cargo run --locked

# The README's test command.
test:
    cargo test --locked

# The catalogue with the embedded pair, N times in a row: none may fail.
repeat N="20":
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --locked --release
    for i in $(seq {{N}}); do target/release/bucketpair --seed "$i" > /tmp/bucketpair-repeat.txt || { cat /tmp/bucketpair-repeat.txt; exit 1; }; done
    echo "{{N}} runs passed"

# Throughput, ready time and replication latency of the embedded pair.
bench:
    cargo bench --locked --bench embedded

# Memory of the embedded pair: bytes per small object, growth during a 1 GiB upload.
memory:
    cargo run --locked --release --example memory

# What `.ci/run` calls, and what you call while you work.

tools := justfile_directory() / "target/tools"

# Format, lint, test: before every commit.
dev: format-check lint test

# Everything that has to hold, in the order of .ci/run; ends on the test runner's own summary.
ci: format-check lint cfn-lint actionlint docs features grants package localstack-base localstack-tests localstack-compose nightly clean-clone test

# Rewrites the sources with rustfmt.
format:
    cargo fmt

format-check:
    cargo fmt --check

lint:
    cargo clippy --locked --all-targets --features rstest,grants -- -D warnings

docs:
    RUSTDOCFLAGS=-Dwarnings cargo doc --locked --no-deps --features rstest

# The library alone compiles without command line, embedded pair, LocalStack and TLS.
features:
    cargo check --locked --lib --no-default-features
    cargo check --locked --lib --no-default-features --features emulator
    cargo check --locked --lib --no-default-features --features localstack
    cargo test --locked --features rstest --test fixture

# cfn-lint, actionlint and the AWS CLI, pinned, in a folder of their own; `just test` finds them there.
tools:
    #!/usr/bin/env bash
    set -euo pipefail
    cmp --silent .ci/tools.txt {{tools}}/installed.txt && exit 0
    python3 -m venv --clear {{tools}}
    {{tools}}/bin/pip install --quiet --disable-pip-version-check --requirement .ci/tools.txt
    mkdir {{tools}}/path
    ln -s ../bin/aws ../bin/cfn-lint ../bin/actionlint {{tools}}/path
    cp .ci/tools.txt {{tools}}/installed.txt

# The two CloudFormation templates.
cfn-lint: tools
    {{tools}}/path/cfn-lint cloudformation/*.yaml

# The workflows of GitHub Actions.
actionlint: tools
    {{tools}}/path/actionlint .github/workflows/*.yml

# What `doctor` reads through IAM and KMS, which no default build has.
grants:
    cargo test --locked --lib --features grants doctor

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

# The README's test command; with LocalStack where `BUCKETPAIR_REQUIRE` says so.
test:
    PATH={{tools}}/path:$PATH cargo test --locked

# An image of LocalStack where none can be pulled; kept once it is built.
localstack-base:
    bash localstack/base.sh

# The extension's own tests, inside the base image.
localstack-tests:
    docker run --rm --volume "$PWD/localstack:/localstack:ro" --env PYTHONDONTWRITEBYTECODE=1 \
        bucketpair/localstack-base:4.14.0 python -m pytest /localstack/tests

# Brings compose.yaml up, waits until it is healthy, and runs a scenario against it.
localstack-compose:
    #!/usr/bin/env bash
    set -euo pipefail
    compose="docker compose"; $compose version > /dev/null 2>&1 || compose=docker-compose
    compose="$compose --project-name bucketpair-$$ --file localstack/compose.yaml"
    export BASE=${BASE:-bucketpair/localstack-base:4.14.0} DOCKER_BUILDKIT=${DOCKER_BUILDKIT:-0} COMPOSE_DOCKER_CLI_BUILD=${COMPOSE_DOCKER_CLI_BUILD:-0}
    export LOCALSTACK_PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    trap '$compose down --timeout 2 > /dev/null 2>&1' EXIT
    $compose up --detach --build > /dev/null
    container=$($compose ps -q localstack)
    for _ in $(seq 120); do
        health=$(docker inspect --format '{{{{.State.Health.Status}}' "$container")
        [ "$health" = healthy ] && break
        sleep 1
    done
    [ "$health" = healthy ] || { docker logs "$container"; exit 1; }
    LOCALSTACK_ENDPOINT=http://127.0.0.1:$LOCALSTACK_PORT cargo run --locked --quiet -- run --target localstack replica-bytes delete-marker-travels

# The commands of nightly.yml, on a LocalStack of its own: the persistent pair is made by its stacks.
nightly:
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --locked --quiet --features grants
    export BUCKETPAIR=${CARGO_TARGET_DIR:-target}/debug/bucketpair BUCKETPAIR_TARGET=localstack
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    container=$(docker run --detach --rm --publish "127.0.0.1:$port:4566" \
        --volume "$PWD/localstack/extension:/opt/bucketpair:ro" --env PYTHONPATH=/opt/bucketpair --env PYTHONDONTWRITEBYTECODE=1 \
        --env SERVICES=s3,iam,sts,cloudformation,ssm --env SKIP_SSL_CERT_DOWNLOAD=1 --env DISABLE_EVENTS=1 \
        "${BASE:-bucketpair/localstack-base:4.14.0}")
    out=$(mktemp -d)
    trap 'docker stop --time 2 "$container" > /dev/null; rm -rf "$out"' EXIT
    export LOCALSTACK_ENDPOINT=http://127.0.0.1:$port NIGHTLY_OUT=$out BUCKETPAIR_LEDGER=$out/ledger NIGHTLY_PAIR="--stack nightly"
    for _ in $(seq 120); do
        curl --silent --fail "$LOCALSTACK_ENDPOINT/_bucketpair" > /dev/null && break
        sleep 1
    done
    $BUCKETPAIR stack up nightly > /dev/null
    # A first night leaves its lag, and the second one is compared with it. On a busy machine two
    # nights differ by themselves: here the way is tried, not the speed.
    export NIGHTLY_LAG="--count 60 --rate 20" NIGHTLY_EFFECT=1000%
    NIGHTLY_OUT=$out/before bash .github/nightly.sh lag > "$out/before.txt" 2>&1 || { cat "$out/before.txt"; exit 1; }
    export NIGHTLY_BEFORE=$out/before
    bash .github/nightly.sh run > "$out/night.txt" 2>&1 || { cat "$out/night.txt"; exit 1; }
    bash .github/nightly.sh sweep >> "$out/night.txt" 2>&1 || { cat "$out/night.txt"; exit 1; }
    $BUCKETPAIR stack down nightly --delete-data > /dev/null
    cat "$out/phases.txt"

# The catalogue with the embedded pair, N times in a row, each with a seed of its own: none may fail.
repeat N="200":
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --locked --release
    out=$(mktemp)
    trap 'rm -f "$out"' EXIT
    for seed in $(seq {{N}}); do
        "${CARGO_TARGET_DIR:-target}/release/bucketpair" --seed "$seed" > "$out" || { cat "$out"; echo "seed $seed"; exit 1; }
    done
    tail -2 "$out"
    echo "{{N}} runs passed, 0 flaky"

# The same while four times as many loops as there are processors keep them busy.
repeat-loaded N="50":
    #!/usr/bin/env bash
    set -euo pipefail
    cargo build --locked --release
    for _ in $(seq $((4 * $(nproc)))); do (while :; do :; done) & done
    trap 'kill $(jobs -p)' EXIT
    echo "$((4 * $(nproc))) busy loops on $(nproc) processors"
    just repeat {{N}}

# SIGKILL at N points of a run, a sweep after each: nothing of ours stays, nothing of others is touched.
kill-test N="1000" SEED="7":
    KILL_POINTS={{N}} KILL_SEED={{SEED}} cargo test --locked --test command_line kill:: -- --nocapture

# N random histories of the embedded pair against the reference, in a release build; goes on where
# it was stopped.
model N="1000000" SEED="7":
    MODEL_HISTORIES={{N}} MODEL_SEED={{SEED}} MODEL_PROGRESS=${MODEL_PROGRESS:-target/model-{{SEED}}.txt} \
        cargo test --locked --release --test model -- --nocapture long::

# Throughput, ready time and replication latency of the embedded pair, and what economical looks save.
bench:
    cargo bench --locked --bench embedded
    cargo bench --locked --bench latency
    cargo bench --locked --bench requests

# The truth test in release over real sockets, light and full load: every true arrival is in its
# interval; widths and requests are printed beside what is aimed at.
truth:
    cargo test --locked --release --test truth -- --ignored --nocapture --test-threads 1 under_load

# Reading, measuring and judging histories of 10⁴ to 10⁷ events: events a second, and memory.
events *NUMBERS:
    cargo run --locked --release --quiet --example events -- {{NUMBERS}}

# How often compare and trend cry wolf, how many samples a change takes, how often bands hold: the
# tables of docs/statistics.md. Some half an hour on two cores with the default.
compare-rates N="1000":
    cargo build --locked --release --quiet --example compare_rates
    for what in false-alarms power coverage trend; do echo "$what, seeds 0..{{N}}"; ${CARGO_TARGET_DIR:-target}/release/examples/compare_rates $what {{N}}; done

# Memory of the embedded pair: bytes per small object, growth during a 1 GiB upload.
memory:
    cargo run --locked --release --example memory

# A boto3 poller, ministack, LocalStack, boto3 and aws-cli beside bucketpair: docs/performance.md.
peers:
    bash benches/peers/run.sh

# Other S3 servers, rule by rule: docs/servers.md. FAKECLOUD=1 builds and surveys fakecloud too.
servers:
    bash benches/servers/run.sh

# What other tools say of the pairs that bucketpair breaks on purpose: docs/other-tools.md.
other-tools:
    bash benches/other-tools/run.sh

# Mutants of check, lag and replication, judged by these modules' own unit tests: a sample of N, or
# `all`; goes on where it was stopped. `just mutants all 1 src/check/lock.rs` for one file.
mutants N="200" SEED="7" *FILES:
    #!/usr/bin/env bash
    set -euo pipefail
    export PATH={{justfile_directory()}}/target/mutants/tool/bin:$PATH
    cargo mutants --version 2> /dev/null | grep --quiet 27.1.0 || cargo install cargo-mutants --version 27.1.0 --locked --root {{justfile_directory()}}/target/mutants/tool
    python3 benches/mutants/run.py {{N}} {{SEED}} {{FILES}}

#!/usr/bin/env bash
# What a night does: the commands of nightly.yml, and of `just nightly` on LocalStack.
#
#   nightly.sh run      every phase; the worst exit code of them is the night's
#   nightly.sh lag      the lag profile alone, to have a night before
#   nightly.sh sweep    removes what a night left behind, and nothing else
#
# The target, its account and the keys come from BUCKETPAIR_* and the environment, as for any run.
#   BUCKETPAIR     the command                                  (bucketpair)
#   NIGHTLY_OUT    where reports and histories are kept         (nightly)
#   NIGHTLY_PAIR   the persistent pair: --stack NAME, or --pair SOURCE,DESTINATION
#   NIGHTLY_USD    what the phases may cost together            (5)
#   NIGHTLY_DRILL  1 to deny an action to the role of a fresh pair, and see FAILED and recovery
#   NIGHTLY_BEFORE the folder of the night before: its lag is what this night's is compared with
#   NIGHTLY_LAG    how much is measured                         (--count 300 --rate 2)
#   NIGHTLY_EFFECT the smallest change of the lag that matters  (25%)
set -uo pipefail
bucketpair=${BUCKETPAIR:-bucketpair}
out=${NIGHTLY_OUT:-nightly}
usd=${NIGHTLY_USD:-5}
night=0
# One cap for the night: each phase adds up here what it cost.
cap=(--max-usd "$usd" --spent "$out/spent.json")

# Runs one phase under its name. A phase that fails does not keep the next ones from being measured.
phase() {
    local name=$1 code=0
    shift
    echo "::group::$name: bucketpair $*"
    "$bucketpair" "$@" || code=$?
    echo "::endgroup::"
    echo "$name: exit $code" | tee -a "$out/phases.txt"
    worse "$code"
}

# The order in which bucketpair's own exit codes win, usage before failures; a code that is none of
# them, such as that of a command that is not there, counts as 70.
worse() {
    local code order="70 130 2 5 1 6 3 4 0" new=$1
    case " $order " in *" $new "*) ;; *) new=70 ;; esac
    for code in $order; do
        if [ "$code" = "$new" ] || [ "$code" = "$night" ]; then
            night=$code
            return
        fi
    done
}

run() {
    read -ra pair <<< "${NIGHTLY_PAIR:?name the persistent pair: --stack NAME, or --pair SOURCE,DESTINATION}"
    summary=()
    [ -n "${GITHUB_STEP_SUMMARY:-}" ] && summary=(--step-summary)
    mkdir -p "$out"
    : > "$out/phases.txt"
    rm -f "$out/spent.json"
    phase doctor doctor "${pair[@]}"
    phase persistent run "${pair[@]}" --accept-writes "${cap[@]}" --report "$out/persistent" "${summary[@]}"
    phase fresh run "${cap[@]}" --report "$out/fresh" "${summary[@]}"
    lag
    compare
    [ "${NIGHTLY_DRILL:-}" = 1 ] && phase drill drill "${cap[@]}"
    exit "$night"
}

# How late replicas are on the persistent pair; the history is what the next night compares with.
lag() {
    local much
    read -ra pair <<< "${NIGHTLY_PAIR:?name the persistent pair: --stack NAME, or --pair SOURCE,DESTINATION}"
    read -ra much <<< "${NIGHTLY_LAG:---count 300 --rate 2}"
    mkdir -p "$out"
    phase lag lag "${pair[@]}" --accept-writes "${cap[@]}" "${much[@]}" --report "$out/lag"
}

# A regression fails the night. The first night has nothing to be compared with, and says so.
compare() {
    if [ ! -f "${NIGHTLY_BEFORE:-}/lag/history.jsonl" ]; then
        echo "compare: no night before" | tee -a "$out/phases.txt"
        return
    fi
    phase compare compare "$NIGHTLY_BEFORE/lag" "$out/lag" --fail-on regression --min-effect "${NIGHTLY_EFFECT:-25%}"
}

# Also after a night that was cut short: by its ledger, and by tags of buckets that are past their
# expiry. A pair that is somebody's is never touched.
sweep() {
    mkdir -p "$out"
    phase sweep sweep --yes
    exit "$night"
}

case ${1:-} in
    run) run ;;
    lag) lag; exit "$night" ;;
    sweep) sweep ;;
    *) sed -n '2,17s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

#!/usr/bin/env python3
"""Mutants of `check`, `lag` and `replication`, judged by the unit tests of these modules.

    run.py N SEED [FILE...]     a sample of N mutants that SEED draws ("all": every one), of these
                                files alone where some are named (src/check/lock.rs)

The rooms that the three modules need are copied into a crate of their own, which builds in seconds;
nothing outside of target/mutants is written. What was judged is kept in target/mutants/SEED.jsonl:
a run that was stopped goes on where it was, and a file that changed since is judged anew.
"""
import hashlib, json, math, os, random, re, shutil, subprocess, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "target/mutants"
CRATE = WORK / "crate"
JUDGED = ["check", "lag", "replication"]
NEEDED = JUDGED + ["error", "history", "span"]
# All the unit tests together take a fraction of this, in seconds.
TIMEOUT = "120"
# A run that is stopped judges so many again.
AT_ONCE = 20
# What makes a build slow and tells a mutant nothing.
ENVIRONMENT = os.environ | {"CARGO_TARGET_DIR": str(WORK / "target"), "CARGO_PROFILE_DEV_DEBUG": "0"}


def make_crate():
    """Copies the needed modules, with a lib.rs and a Cargo.toml that know nothing else."""
    shutil.rmtree(CRATE / "src", ignore_errors=True)
    (CRATE / "src").mkdir(parents=True)
    for module in NEEDED:
        shutil.copy2(ROOT / f"src/{module}.rs", CRATE / "src")
        if (folder := ROOT / f"src/{module}").is_dir():
            shutil.copytree(folder, CRATE / f"src/{module}")
    (CRATE / "src/lib.rs").write_text("".join(f"pub mod {module};\n" for module in sorted(NEEDED)))
    manifest = (ROOT / "Cargo.toml").read_text()
    manifest = re.sub(r"^\[\[.*?(?=^\[[^\[]|\Z)", "", manifest, flags=re.M | re.S)
    manifest = re.sub(r"^(default-run|default) .*\n", "", manifest, flags=re.M)
    (CRATE / "Cargo.toml").write_text(manifest + "\n[workspace]\n")
    shutil.copy2(ROOT / "Cargo.lock", CRATE)


def mutants(*arguments, only=()):
    whole = [pattern for module in JUDGED for pattern in (f"src/{module}.rs", f"src/{module}/**")]
    files = [part for pattern in only or whole for part in ("--file", pattern)]
    command = ["cargo", "mutants", "--dir", CRATE, "--colors", "never", *files, *arguments]
    return subprocess.run(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)


def listed(only):
    """Every mutant, by place and what it does, with a digest of its file."""
    found = json.loads(mutants("--list", "--json", only=only).stdout)
    return sorted(({"name": m["name"], "source": digest(m["file"])} for m in found), key=lambda m: m["name"])


def digest(file):
    return hashlib.sha256((CRATE / file).read_bytes()).hexdigest()[:16]


def module(mutant):
    return re.match(r"src/(\w+)", mutant["name"])[1]


def parts(some):
    """So many at once, each time of one module, whose unit tests judge them."""
    for one in JUDGED:
        own = [mutant for mutant in some if module(mutant) == one]
        yield from (own[start:start + AT_ONCE] for start in range(0, len(own), AT_ONCE))


def judge(some, log):
    """One call of cargo-mutants; what it says of each mutant is appended to the log."""
    names = "^(" + "|".join(re.escape(m["name"]) for m in some) + ")$"
    mutants("--in-place", "--baseline", "skip", "--timeout", TIMEOUT, "--output", WORK, "--re", names,
            "--no-shuffle", "--cargo-test-arg=--lib", "--", "--", f"{module(some[0])}::",
            only=sorted({m["name"].split(":")[0] for m in some}))
    outcomes = json.loads((WORK / "mutants.out/outcomes.json").read_text())["outcomes"]
    said = {o["scenario"]["Mutant"]["name"]: o["summary"] for o in outcomes if o["scenario"] != "Baseline"}
    with log.open("a") as out:
        for m in some:
            if m["name"] in said:
                out.write(json.dumps(m | {"said": said[m["name"]]}) + "\n")


def wilson(hits, n, z=1.959964):
    """The 95 % interval of a share (Wilson 1927)."""
    centre, half = hits / n + z * z / (2 * n), z * math.sqrt(hits * (n - hits) / n**3 + z * z / (4 * n * n))
    return (centre - half) / (1 + z * z / n), (centre + half) / (1 + z * z / n)


def read(log):
    lines = log.read_text().splitlines() if log.exists() else []
    return {(m["name"], m["source"]): m["said"] for m in map(json.loads, lines)}


def main(count, seed, *only):
    make_crate()
    every = listed(only)
    chosen = every if count == "all" else random.Random(seed).sample(every, min(int(count), len(every)))
    log = WORK / f"{seed}.jsonl"
    key = lambda m: (m["name"], m["source"])
    judged = read(log)
    open_ = [m for m in chosen if key(m) not in judged]
    print(f"{len(every)} mutants, {len(chosen)} drawn with seed {seed}, {len(open_)} to judge", flush=True)
    whole = subprocess.run(["cargo", "test", "--lib", "--quiet"], cwd=CRATE, env=ENVIRONMENT)
    if whole.returncode:
        sys.exit("without a mutant the unit tests fail: nothing can be judged")
    done = 0
    for some in parts(open_):
        judge(some, log)
        done += len(some)
        print(f"{done} of {len(open_)} judged", flush=True)
    judged = read(log)
    show([(m["name"], judged.get(key(m), "not judged")) for m in chosen])


def show(said):
    by = {word: [name for name, what in said if what == word] for word in sorted({what for _, what in said})}
    for word, names in by.items():
        print(f"{word}: {len(names)}")
    caught = len(by.get("CaughtMutant", [])) + len(by.get("Timeout", []))
    judged = caught + len(by.get("MissedMutant", []))
    if judged:
        low, high = wilson(caught, judged)
        print(f"caught: {caught} of {judged}, {caught / judged:.1%} (95 % interval {low:.1%} to {high:.1%})")
    for name in by.get("MissedMutant", []):
        print(f"survived: {name}")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])

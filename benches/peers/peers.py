"""Other tools beside bucketpair, in one run: usage peers.py WORK BUCKETPAIR OUTPUT.

Every server listens on loopback, every loop is bounded in count and in time.
"""

import contextlib
import json
import os
import platform
import re
import socket
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

WORK, BUCKETPAIR, OUTPUT = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
KEYS = {"aws_access_key_id": "bucketpair", "aws_secret_access_key": "bucketpair-secret"}
DELAY, EVERY = 0.25, 0.1  # The known delay, and how often the naive poller looks, in seconds.
LAGS, PUTS, CLIENTS = 40, 400, 16
READY, ARRIVED = 90, 60  # Deadlines, in seconds.
IMAGE = "bucketpair/localstack:4.14.0"


def client(url, region="us-east-1", **keys):
    config = Config(
        s3={"addressing_style": "path"},
        retries={"total_max_attempts": 1},
        max_pool_connections=2 * CLIENTS,
        read_timeout=10,
    )
    return boto3.client("s3", endpoint_url=url, region_name=region, config=config, **(keys or KEYS))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(what, deadline, condition):
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        with contextlib.suppress(BotoCoreError, ClientError):
            if condition():
                return True
        time.sleep(0.02)
    if what:
        raise TimeoutError(what)
    return False


class Served:
    """A server, with its two clients, how long it took until ready, and its memory."""

    def __init__(self, source, destination, began, memory):
        self.source, self.destination, self.memory = source, destination, memory
        until("the server answers", READY, lambda: source.list_buckets() is not None)
        self.ready = time.monotonic() - began


@contextlib.contextmanager
def process(command, **environment):
    started = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def resident(pid):
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", text)[1]) / 1024


@contextlib.contextmanager
def bucketpair(*flags):
    began = time.monotonic()
    with process([BUCKETPAIR, "serve", *flags]) as started:
        urls = None
        for line in started.stdout:
            if found := re.match(r"export BUCKETPAIR_TARGET=(\S+)", line):
                urls = found[1].strip("\"'").split(",")
            if urls:
                break
        source, destination = client(urls[0], "ap-northeast-1"), client(urls[-1])
        served = Served(source, destination, began, lambda: resident(started.pid))
        served.urls = urls
        yield served


@contextlib.contextmanager
def ministack():
    port = str(free_port())
    began = time.monotonic()
    command = [WORK / "ministack/bin/python", "-m", "ministack.app"]
    with process(command, GATEWAY_PORT=port, BIND_HOST="127.0.0.1", LOG_LEVEL="ERROR") as started:
        one = client(f"http://127.0.0.1:{port}")
        # It may start workers of its own; the first process is what is counted.
        yield Served(one, one, began, lambda: resident(started.pid))


@contextlib.contextmanager
def localstack():
    port, began = free_port(), time.monotonic()
    run = ["docker", "run", "--rm", "--detach", "--publish", f"127.0.0.1:{port}:4566"]
    run += ["--env", "SERVICES=s3,iam,sts", "--env", "BUCKETPAIR_DELAY=1ms", IMAGE]
    name = subprocess.run(run, check=True, capture_output=True, text=True, timeout=60).stdout.strip()
    try:
        one = client(f"http://127.0.0.1:{port}")

        def memory():
            stats = ["docker", "stats", "--no-stream", "--format", "{{.MemUsage}}", name]
            text = subprocess.run(stats, capture_output=True, text=True, timeout=60).stdout
            number, unit = re.match(r"([\d.]+)(\w+)", text).groups()
            return float(number) * {"GiB": 1024, "MiB": 1, "KiB": 1 / 1024}[unit]

        yield Served(one, one, began, memory)
    finally:
        subprocess.run(["docker", "rm", "--force", name], capture_output=True, timeout=60)


def pair(served, name):
    source, destination = f"{name}-s", f"{name}-d"
    served.source.create_bucket(
        Bucket=source, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
    )
    served.destination.create_bucket(Bucket=destination)
    for one, bucket in ((served.source, source), (served.destination, destination)):
        one.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    rule = {
        "ID": "all",
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{destination}"},
    }
    served.source.put_bucket_replication(
        Bucket=source,
        ReplicationConfiguration={"Role": "arn:aws:iam::000000000000:role/replication", "Rules": [rule]},
    )
    return source, destination


def poller(served):
    """What people write: HEAD every 100 ms until it is there, and the time since the put."""
    source, destination = pair(served, "poller")
    errors, requests = [], 0
    for number in range(LAGS):
        served.source.put_object(Bucket=source, Key=str(number), Body=b"x" * 1024)
        began = time.monotonic()
        while time.monotonic() < began + ARRIVED:
            requests += 1
            with contextlib.suppress(ClientError):
                served.destination.head_object(Bucket=destination, Key=str(number))
                break
            time.sleep(EVERY)
        errors.append(time.monotonic() - began - DELAY)
    return errors, requests / LAGS


def measured(served):
    """bucketpair's own; none where it has no such verb."""
    source, destination = pair(served, "lag")
    folder = WORK / "lag-report"
    command = [BUCKETPAIR, "lag", "--target", ",".join(served.urls), "--pair", f"{source},{destination}"]
    command += ["--count", str(LAGS), "--rate", "4", "--report", str(folder), "--format", "json"]
    keys = {"BUCKETPAIR_ACCESS_KEY_ID": "bucketpair", "BUCKETPAIR_SECRET_ACCESS_KEY": "bucketpair-secret"}
    ran = subprocess.run(command, env={**os.environ, **keys}, capture_output=True, text=True, timeout=120)
    if not ran.stdout.lstrip().startswith("{"):
        return None
    profile = json.loads(ran.stdout)
    profile = profile.get("profile", profile)
    cell = next(cell for cell in profile["cells"] if cell["measure"] == "visible" and cell["size"] is None)
    requests = profile["runs"][0]["requests"]
    looks = requests["single"] + requests["pages"]
    return cell["width"]["median_ns"] / 1e9, cell["width"]["p99_ns"] / 1e9, looks / cell["n"]


def throughput(served):
    """Puts a second by 16 clients, until the last replica is there; then memory."""
    source, destination = pair(served, "puts")
    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        put = lambda n: served.source.put_object(Bucket=source, Key=f"{n:05}", Body=b"x" * 1024)
        list(pool.map(put, range(PUTS)))
    acknowledged = time.monotonic() - began
    there = lambda: served.destination.list_objects_v2(Bucket=destination).get("KeyCount", 0) >= PUTS
    arrived = until("", ARRIVED, there)
    return PUTS / acknowledged, PUTS / (time.monotonic() - began) if arrived else None, served.memory()


def uploads(served):
    """Puts a second of clients into the same server, each of its own way."""
    folder = WORK / "files"
    folder.mkdir(exist_ok=True)
    for number in range(PUTS):
        (folder / f"{number:05}").write_bytes(b"x" * 1024)
    served.source.create_bucket(
        Bucket="uploads", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
    )
    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        put = lambda file: served.source.upload_file(str(file), "uploads", f"boto3/{file.name}")
        list(pool.map(put, folder.iterdir()))
    boto = PUTS / (time.monotonic() - began)
    environment = {**os.environ, "AWS_ENDPOINT_URL_S3": served.urls[0]}
    environment |= {"AWS_REGION": "ap-northeast-1", "AWS_DEFAULT_REGION": "ap-northeast-1"}  # v2, v1
    environment |= {"AWS_ACCESS_KEY_ID": KEYS["aws_access_key_id"]}
    environment |= {"AWS_SECRET_ACCESS_KEY": KEYS["aws_secret_access_key"]}
    began = time.monotonic()
    command = [WORK / "awscli/bin/aws", "s3", "cp", "--quiet", "--recursive", folder, "s3://uploads/cli/"]
    subprocess.run(command, env=environment, check=True, timeout=120)
    cli = PUTS / (time.monotonic() - began)
    return boto, cli


def milliseconds(seconds):
    return f"{seconds * 1e3:.1f} ms"


def lag_table():
    with bucketpair("--delay", f"{DELAY * 1e3:.0f}ms") as served:
        errors, requests = poller(served)
        own = measured(served)
    worst = max(abs(error) for error in errors)
    lines = [
        f"{LAGS} replicas of 1 KiB, delayed by {DELAY * 1e3:.0f} ms.",
        "",
        "| what | error, median | error, largest | looks a replica | states its error |",
        "|---|---|---|---|---|",
        f"| boto3 HEAD every {EVERY * 1e3:.0f} ms | {milliseconds(statistics.median(errors))} "
        f"| {milliseconds(worst)} | {requests:.1f} | no |",
    ]
    if own:
        lines.append(
            f"| `bucketpair lag` (width of the interval) | {milliseconds(own[0])} | {milliseconds(own[1])} (p99) "
            f"| {own[2]:.1f} | yes |"
        )
        ratio = statistics.median(errors) / own[0] if own[0] else float("inf")
        lines += ["", f"The poller's median error is {ratio:.1f} times the median width of bucketpair's interval, "
                  f"at {requests / own[2]:.1f} times the looks."]
    return lines


def server_table():
    lines = [
        f"{PUTS} puts of 1 KiB by {CLIENTS} boto3 clients; replicated is until the last replica is listed. "
        "Ready is until the first answer; memory is resident, after the puts. The clients are Python and share "
        "the cores with the server, so put/s are floors. ministack copies inside the put; the others behind it.",
        "",
        "| server | ready | put/s acknowledged | put/s replicated | memory | put/s, of bucketpair's |",
        "|---|---|---|---|---|---|",
    ]
    own = None
    servers = [("bucketpair serve", lambda: bucketpair("--delay", "1ms")), ("ministack", ministack)]
    servers.append(("LocalStack with the extension", localstack))
    for name, server in servers:
        try:
            with server() as served:
                puts, replicated, memory = throughput(served)
                ready = served.ready
        except Exception as error:  # A peer that cannot run is a line of the table, not its end.
            lines.append(f"| {name} | did not run: {type(error).__name__} | | | | |")
            print(f"{name}: {error!r}", file=sys.stderr)
            continue
        own = own or replicated
        share = f"{replicated / own:.2f}" if own and replicated else "–"
        there = f"{replicated:.0f}" if replicated else f"not within {ARRIVED} s"
        lines.append(f"| {name} | {ready:.2f} s | {puts:.0f} | {there} | {memory:.0f} MiB | {share} |")
    return lines


def upload_table():
    with bucketpair() as served:
        boto, cli = uploads(served)
    return [
        f"{PUTS} files of 1 KiB into `bucketpair serve`; the command's start is in its time.",
        "",
        "| client | put/s | of boto3's |",
        "|---|---|---|",
        f"| boto3 `upload_file`, {CLIENTS} threads | {boto:.0f} | 1.00 |",
        f"| `aws s3 cp --recursive` | {cli:.0f} | {cli / boto:.2f} |",
    ]


def pinned(tool):
    return Path(__file__).with_name(f"{tool}.txt").read_text().strip().replace("==", " ")


def main():
    own = subprocess.run([BUCKETPAIR, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    build = "release build" if "/release/" in BUCKETPAIR else "dev build"
    load = os.getloadavg()[0]
    versions = f"{own} ({build}), {pinned('boto3')} (botocore {version('botocore')}), {pinned('awscli')}, "
    versions += f"{pinned('ministack')}, LocalStack 4.14.0 ({IMAGE}), Python {platform.python_version()}"
    lines = ["# Performance", "", "Written by `just peers`, in one run on one machine; comparable within it only.", ""]
    lines += [f"{versions}. {os.cpu_count()} cores, load {load:.1f} when it began, "
              f"{time.strftime('%Y-%m-%d', time.gmtime())}.", ""]
    for heading, table in (
        ("How well the lag is measured", lag_table),
        ("Servers that replicate", server_table),
        ("Clients that upload", upload_table),
    ):
        print(heading, file=sys.stderr)
        lines += [f"## {heading}", "", *table(), ""]
    OUTPUT.write_text("\n".join(lines).rstrip() + "\n")
    print(OUTPUT.read_text())


main()

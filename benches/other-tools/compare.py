"""What other tools say of broken pairs: usage compare.py WORK BUCKETPAIR OUTPUT.

Each defect is served by `bucketpair serve --defect`; objects are written below a prefix that one
rule replicates, delete markers included, so that both sides must come out equal there. Then every
tool is asked whether they are. A tool catches a defect when it reports a difference; without a
defect none does, or the table would say nothing.
"""

import contextlib
import datetime
import json
import os
import re
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import boto3
from botocore.config import Config

WORK, BUCKETPAIR, OUTPUT = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
KEYS = {"AWS_ACCESS_KEY_ID": "bucketpair", "AWS_SECRET_ACCESS_KEY": "bucketpair-secret"}
SOURCE, DESTINATION, PREFIX = "tools-source", "tools-destination", "in/"
ARRIVED = 8  # Seconds until whatever is to arrive has arrived; the pair takes milliseconds.


@contextlib.contextmanager
def served(defect):
    command = [BUCKETPAIR, "serve", "--single-endpoint", *(["--defect", defect] if defect else [])]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        for line in process.stdout:
            if line.startswith("export AWS_ENDPOINT_URL_S3="):
                yield line.strip().partition("=")[2]
                break
    finally:
        process.terminate()
        process.wait(15)


def client(url):
    config = Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
    keys = {name.lower(): value for name, value in KEYS.items()}
    return boto3.client("s3", endpoint_url=url, region_name="ap-northeast-1", config=config, **keys)


def provision(s3):
    for bucket, region in [(SOURCE, "ap-northeast-1"), (DESTINATION, "us-east-1")]:
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, **place)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    rule = {
        "ID": "everything-below-in",
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {"Prefix": PREFIX},
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{DESTINATION}"},
    }
    role = "arn:aws:iam::000000000000:role/bucketpair"
    s3.put_bucket_replication(Bucket=SOURCE, ReplicationConfiguration={"Role": role, "Rules": [rule]})


def write(s3):
    """Every kind of write that a defect may show in."""
    put = lambda name, body, **more: s3.put_object(Bucket=SOURCE, Key=PREFIX + name, Body=body, **more)
    put("empty", b"")
    put("small", b"0123456789" * 100)
    put("tagged", b"tagged", Tagging="team=billing")
    put("described", b"described", Metadata={"Owner": "billing"}, ContentType="text/csv")
    put("cold", b"cold", StorageClass="STANDARD_IA")
    put("checked", b"checked", ChecksumAlgorithm="SHA256")
    for body in [b"first", b"second", b"third"]:
        put("overwritten", body)
    put("deleted", b"deleted")
    s3.delete_object(Bucket=SOURCE, Key=PREFIX + "deleted")
    first = put("trimmed", b"old")["VersionId"]
    put("trimmed", b"new")
    multipart(s3, PREFIX + "in-parts")
    s3.copy_object(Bucket=SOURCE, Key=PREFIX + "copied", CopySource=f"{SOURCE}/{PREFIX}small")
    settle(s3)
    s3.delete_object(Bucket=SOURCE, Key=PREFIX + "trimmed", VersionId=first)
    s3.put_object_tagging(Bucket=SOURCE, Key=PREFIX + "tagged", Tagging={"TagSet": [{"Key": "team", "Value": "sales"}]})
    settle(s3)


def multipart(s3, key):
    upload = s3.create_multipart_upload(Bucket=SOURCE, Key=key)["UploadId"]
    parts = []
    for number, size in [(1, 5 << 20), (2, 1 << 20)]:
        body = bytes([number]) * size
        tag = s3.upload_part(Bucket=SOURCE, Key=key, UploadId=upload, PartNumber=number, Body=body)["ETag"]
        parts.append({"ETag": tag, "PartNumber": number})
    s3.complete_multipart_upload(Bucket=SOURCE, Key=key, UploadId=upload, MultipartUpload={"Parts": parts})


def settle(s3):
    """Until the destination's listing has stayed as it is, and no longer than a deadline."""
    end, seen, since = time.monotonic() + ARRIVED, None, time.monotonic()
    while time.monotonic() < end and time.monotonic() - since < 1:
        now = json.dumps(listing(s3, DESTINATION))
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.05)


def listing(s3, bucket):
    contents = s3.list_objects_v2(Bucket=bucket, Prefix=PREFIX).get("Contents", [])
    return {entry["Key"]: [entry["Size"], entry["ETag"]] for entry in contents}


def run(command, url):
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "RCLONE_", "S3_"))}
    environment = {**own, **KEYS, "AWS_REGION": "ap-northeast-1", "AWS_DEFAULT_REGION": "ap-northeast-1"}
    environment |= {"S3_ENDPOINT_URL": url, "AWS_ENDPOINT_URL_S3": url}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


def remote(bucket, url):
    return f":s3,provider=Other,env_auth=true,force_path_style=true,list_version=2,endpoint='{url}':{bucket}/{PREFIX}"


def rclone(url, *more):
    done = run(["rclone", "check", remote(SOURCE, url), remote(DESTINATION, url), *more], url)
    differs = re.search(r"Failed to check.* differences found", done.stderr) is not None
    if not differs and " 0 differences found" not in done.stderr:
        raise RuntimeError(done.stderr)
    return differs


def aws_sync(url):
    command = ["aws", "--endpoint-url", url, "s3", "sync", "--dryrun", "--delete"]
    done = run([*command, f"s3://{SOURCE}/{PREFIX}", f"s3://{DESTINATION}/{PREFIX}"], url)
    done.check_returncode()
    return bool(done.stdout.strip())


def s5cmd(url):
    command = ["s5cmd", "--dry-run", "sync", "--delete"]
    done = run([*command, f"s3://{SOURCE}/{PREFIX}*", f"s3://{DESTINATION}/{PREFIX}"], url)
    done.check_returncode()
    return bool(done.stdout.strip())


def sizes_and_etags(url):
    s3 = client(url)
    return listing(s3, SOURCE) != listing(s3, DESTINATION)


TOOLS = {
    "boto3 (sizes, ETags)": sizes_and_etags,
    "aws s3 sync": aws_sync,
    "s5cmd sync": s5cmd,
    "rclone check": rclone,
    "rclone check --download": lambda url: rclone(url, "--download"),
}


def answers(defect):
    """What every tool says of one pair."""
    with served(defect) as url:
        s3 = client(url)
        provision(s3)
        write(s3)
        return {name: tool(url) for name, tool in TOOLS.items()}


def versions():
    first = lambda command: subprocess.run(command, capture_output=True, text=True).stdout.splitlines()[0].strip()
    return [
        f"boto3 {version('boto3')}",
        f"aws-cli {version('awscli')}",
        f"s5cmd {first(['s5cmd', 'version'])}",
        first(["rclone", "version"]),
        first([BUCKETPAIR, "--version"]),
    ]


def self_test():
    """Which check of bucketpair catches each defect, as `bucketpair selftest` finds it."""
    done = subprocess.run([BUCKETPAIR, "selftest", "--format", "json"], capture_output=True, text=True)
    trials = json.loads(done.stdout)["trials"]
    caught = lambda trial: sorted({check for fired in trial["fired"].values() for check in fired})
    return {trial["defect"]: caught(trial) for trial in trials if trial["defect"]}


def main():
    silent = answers(None)
    if any(silent.values()):
        raise SystemExit(f"a tool reports a difference where nothing is broken: {silent}")
    lines, counts, own = [], dict.fromkeys(TOOLS, 0), self_test()
    for defect, found in own.items():
        said = answers(defect)
        for name, caught in said.items():
            counts[name] += caught
        cells = ["✓" if said[name] else "·" for name in TOOLS]
        caught = ", ".join(found) or "**missed**"
        lines.append(f"| {defect} | {' | '.join(cells)} | {caught} |")
        print(lines[-1], flush=True)
    OUTPUT.write_text(document(lines, counts, own))


def document(lines, counts, own):
    date = datetime.datetime.now(datetime.UTC).date()
    heads = " | ".join([*TOOLS, "bucketpair: the checks that catch it"])
    caught = sum(bool(found) for found in own.values())
    totals = " | ".join([*(str(counts[name]) for name in TOOLS), str(caught)])
    dashes = "---|" * (len(TOOLS) + 2)
    return f"""# What other tools say of a broken pair

Written by `just other-tools` on {date}, with {", ".join(versions())}.

Each line is one way in which replication goes wrong, acted out by `bucketpair serve --defect`. Every
tool was pointed at the part of both buckets that has to be equal, after everything had settled. ✓:
it reports a difference; ·: it finds both sides equal. Without a defect none of them reports one.

They compare what is in two buckets now: names, sizes, ETags, with `--download` bytes. Older versions,
version IDs, markers, metadata, tags, encryption, and the status at the source are not their matter,
nor is what should not have travelled. The writes are the same for every defect: one that needs locks,
KMS, lifecycle, an outage or a refused configuration leaves nothing in two buckets' contents to compare.

| defect | {heads} |
|{dashes}
{chr(10).join(lines)}
| caught, of {len(own)} | {totals} |
"""


main()

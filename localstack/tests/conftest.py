"""One LocalStack with the extension for all tests, as a process on a free port."""

import contextlib
import functools
import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import urllib.request
import uuid

import boto3
import pytest
from botocore.config import Config

EXTENSION = pathlib.Path(__file__).parent.parent / "extension"
sys.path.insert(0, str(EXTENSION))
SOURCE, DESTINATION = "ap-northeast-1", "us-east-1"
ROLE = "arn:aws:iam::000000000000:role/replication"


def until(condition, seconds=20):
    """Waits for a condition; its last value is in the failure."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"not within {seconds} s, last seen: {value!r}"
        time.sleep(0.01)
    return value


def environment(folder, port, **more):
    return {
        **os.environ,
        "PYTHONPATH": str(EXTENSION),
        "FILESYSTEM_ROOT": str(folder),
        "GATEWAY_LISTEN": f"127.0.0.1:{port}",
        "SKIP_SSL_CERT_DOWNLOAD": "1",
        "DISABLE_EVENTS": "1",
        "DNS_ADDRESS": "0",
        "OVERRIDE_IN_DOCKER": "0",
        "SERVICES": "s3,iam,sts,cloudformation,ssm",
        "BUCKETPAIR_DELAY": "uniform:10ms..60ms",
        **more,
    }


def free_port():
    with contextlib.closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(folder, port, output=subprocess.PIPE, **more):
    return subprocess.Popen(
        [sys.executable, "-m", "localstack.runtime.main"],
        env=environment(folder, port, **more),
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
    )


def handshake(url):
    try:
        with urllib.request.urlopen(f"{url}/_bucketpair", timeout=5) as answer:
            return json.load(answer)
    except OSError:
        return None


@contextlib.contextmanager
def running(folder, **more):
    """A LocalStack that is ready, and ended afterwards."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with open(folder / "log", "w") as log:
        process = start(folder, port, log, **more)
        try:
            until(lambda: handshake(address), 60)
            yield address
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="session")
def url(tmp_path_factory):
    with running(tmp_path_factory.mktemp("localstack")) as address:
        yield address


def connect(url, service, region=DESTINATION):
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 1}, max_pool_connections=32),
    )


@pytest.fixture
def client(url):
    return functools.partial(connect, url)


class Pair:
    """A source and its destinations; `rule` makes V2 rules."""

    def __init__(self, client, destinations=1):
        name = f"pair-{uuid.uuid4().hex[:12]}"
        self.here, self.there = client("s3", SOURCE), client("s3", DESTINATION)
        self.source = f"{name}-s"
        self.destinations = [f"{name}-d{number}" for number in range(destinations)]
        self.here.create_bucket(
            Bucket=self.source, CreateBucketConfiguration={"LocationConstraint": SOURCE}
        )
        for bucket in self.destinations:
            self.there.create_bucket(Bucket=bucket)
        for bucket in [self.source, *self.destinations]:
            self.here.put_bucket_versioning(
                Bucket=bucket, VersioningConfiguration={"Status": "Enabled"}
            )
        self.destination = self.destinations[0]

    def rule(self, number=0, **changes):
        rule = {
            "Status": "Enabled",
            "Priority": number,
            "Filter": {},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {"Bucket": f"arn:aws:s3:::{self.destinations[number]}"},
        }
        return {name: value for name, value in {**rule, **changes}.items() if value is not None}

    def configure(self, *rules):
        self.here.put_bucket_replication(
            Bucket=self.source,
            ReplicationConfiguration={"Role": ROLE, "Rules": list(rules or [self.rule()])},
        )

    def put(self, key="key", body=b"body", **more):
        return self.here.put_object(Bucket=self.source, Key=key, Body=body, **more)["VersionId"]

    def status(self, key, version):
        head = self.here.head_object(Bucket=self.source, Key=key, VersionId=version)
        return head.get("ReplicationStatus")

    def completed(self, key, version):
        until(lambda: self.status(key, version) == "COMPLETED")

    def versions(self, bucket):
        pages = self.there.get_paginator("list_object_versions").paginate(Bucket=bucket)
        return [
            (one["Key"], one["VersionId"])
            for page in pages
            for one in page.get("Versions", []) + page.get("DeleteMarkers", [])
        ]


@pytest.fixture
def pair(client):
    return Pair(client)


@pytest.fixture
def three(client):
    return Pair(client, destinations=2)

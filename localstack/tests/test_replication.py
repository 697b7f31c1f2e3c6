"""What travels, what does not, and what the status says; by rule ID."""

from concurrent.futures import ThreadPoolExecutor
from urllib.request import Request, urlopen

from conftest import handshake, until


def test_a_replica_has_everything_its_source_has(pair):
    """R-DATA-01 to R-DATA-06, R-STATUS-03"""
    pair.configure()
    version = pair.put(
        body=b"x" * 700_000,
        ContentType="text/plain",
        CacheControl="no-store",
        Metadata={"who": "me"},
        Tagging="a=1&b=2",
        ChecksumAlgorithm="SHA256",
        StorageClass="STANDARD_IA",
    )
    pair.completed("key", version)
    where = {"Key": "key", "VersionId": version, "ChecksumMode": "ENABLED"}
    here = pair.here.get_object(Bucket=pair.source, **where)
    there = pair.there.get_object(Bucket=pair.destination, **where)
    assert here["Body"].read() == there["Body"].read()
    assert there.pop("ReplicationStatus") == "REPLICA"
    assert here.pop("ReplicationStatus") == "COMPLETED"
    for answer in (here, there):
        answer.pop("Body")
        answer.pop("ResponseMetadata")
    assert here == there
    tags = pair.there.get_object_tagging(Bucket=pair.destination, Key="key")["TagSet"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"a": "1", "b": "2"}


def test_pending_is_there_with_the_acknowledgement(pair):
    """R-STATUS-05"""
    pair.configure()
    seen = [pair.status("key", pair.put()) for _ in range(20)]
    assert None not in seen and "PENDING" in seen, seen


def test_locks_travel_and_follow(pair):
    """R-DATA-08 to R-DATA-11"""
    lock = {"ObjectLockEnabled": "Enabled"}
    days = {"Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 3}}}
    pair.configure()
    pair.here.put_object_lock_configuration(Bucket=pair.source, ObjectLockConfiguration=lock)
    refused = pair.put()
    until(lambda: pair.status("key", refused) == "FAILED")
    pair.there.put_object_lock_configuration(
        Bucket=pair.destination, ObjectLockConfiguration={**lock, **days}
    )
    version = pair.put(ObjectLockLegalHoldStatus="ON")
    pair.completed("key", version)
    where = {"Bucket": pair.destination, "Key": "key", "VersionId": version}
    head = pair.there.head_object(**where)
    assert (head["ObjectLockMode"], head["ObjectLockLegalHoldStatus"]) == ("GOVERNANCE", "ON")
    pair.here.put_object_legal_hold(
        Bucket=pair.source, Key="key", VersionId=version, LegalHold={"Status": "OFF"}
    )
    until(lambda: pair.there.head_object(**where)["ObjectLockLegalHoldStatus"] == "OFF")


def test_acls_travel_and_follow_where_the_destination_has_them(pair):
    """R-DATA-07, R-OWN-05"""
    pair.configure()
    group = "http://acs.amazonaws.com/groups/s3/LogDelivery"
    granted = {"GrantRead": f'uri="{group}"'}

    def groups(version):
        acl = pair.there.get_object_acl(Bucket=pair.destination, Key="key", VersionId=version)
        return [grant["Grantee"].get("URI") for grant in acl["Grants"] if "URI" in grant["Grantee"]]

    enforced = pair.put(**granted)
    pair.completed("key", enforced)
    assert groups(enforced) == []
    writer = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    pair.there.put_bucket_ownership_controls(Bucket=pair.destination, OwnershipControls=writer)
    version = pair.put()
    pair.completed("key", version)
    pair.here.put_object_acl(Bucket=pair.source, Key="key", VersionId=version, **granted)
    until(lambda: groups(version) == [group])


def test_parts_copies_and_forms_travel(pair):
    """R-DATA-14, R-DATA-18"""
    pair.configure()
    upload = pair.here.create_multipart_upload(Bucket=pair.source, Key="parts")["UploadId"]
    where = {"Bucket": pair.source, "Key": "parts", "UploadId": upload}
    parts = [
        {"PartNumber": n, "ETag": pair.here.upload_part(**where, PartNumber=n, Body=b)["ETag"]}
        for n, b in [(1, b"1" * (5 << 20)), (2, b"2")]
    ]
    done = pair.here.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})
    pair.completed("parts", done["VersionId"])
    head = pair.there.head_object(Bucket=pair.destination, Key="parts")
    assert head["ETag"] == done["ETag"] and head["ETag"].endswith('-2"')
    copied = pair.here.copy_object(
        Bucket=pair.source, Key="copy", CopySource=f"{pair.source}/parts"
    )
    pair.completed("copy", copied["VersionId"])
    form = pair.here.generate_presigned_post(pair.source, "form")
    boundary = "boundary"
    fields = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in form["fields"].items()
    )
    file = f'--{boundary}\r\nContent-Disposition: form-data; name="file"\r\n\r\nhi\r\n'
    body = f"{fields}{file}--{boundary}--\r\n".encode()
    head = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    urlopen(Request(form["url"], body, head), timeout=10)
    until(lambda: "form" in {key for key, _ in pair.versions(pair.destination)})


def test_filters_choose_by_prefix_and_tags(pair):
    """R-RULE-08 to R-RULE-10"""
    both = {"And": {"Prefix": "a", "Tags": [{"Key": "k", "Value": "v"}]}}
    pair.configure(pair.rule(Filter=both))
    assert pair.status("b", pair.put("b", Tagging="k=v")) is None
    assert pair.status("a", pair.put("a", Tagging="k=other")) is None
    pair.completed("abc", pair.put("abc", Tagging="k=v&more=1"))


def test_two_destinations_are_completed_together(three):
    """R-RULE-14, R-STATUS-06"""
    three.configure(three.rule(0), three.rule(1))
    version = three.put()
    three.completed("key", version)
    for bucket in three.destinations:
        assert three.versions(bucket) == [("key", version)]


def test_markers_travel_where_the_rule_says_so(pair):
    """R-DEL-02, also from DeleteObjects, quiet or not; R-NOT-04"""
    pair.configure(pair.rule(DeleteMarkerReplication={"Status": "Enabled"}))
    version = pair.put()
    pair.completed("key", version)
    answer = pair.here.delete_objects(
        Bucket=pair.source, Delete={"Objects": [{"Key": "key"}], "Quiet": True}
    )
    assert "Deleted" not in answer
    until(lambda: len(pair.versions(pair.destination)) == 2)
    pair.here.delete_object(Bucket=pair.source, Key="key")
    until(lambda: len(pair.versions(pair.destination)) == 3)
    pair.here.delete_object(Bucket=pair.source, Key="key", VersionId=version)
    pair.completed("canary", pair.put("canary"))
    assert ("key", version) in pair.versions(pair.destination)


def test_replicas_and_what_was_there_stay(three):
    """R-NOT-01, R-NOT-02"""
    old = three.put("old")
    three.configure()
    chain = {"Destination": {"Bucket": f"arn:aws:s3:::{three.destinations[1]}"}}
    three.there.put_bucket_replication(
        Bucket=three.destination,
        ReplicationConfiguration={"Role": "arn:aws:iam::1:role/r", "Rules": [three.rule(**chain)]},
    )
    three.completed("key", three.put())
    assert three.status("old", old) is None
    assert three.versions(three.destinations[1]) == []


def test_failed_is_final_and_a_new_write_recovers(pair):
    """R-CFG-19, R-STATUS-10"""
    pair.configure()
    suspend, resume = ({"Status": status} for status in ("Suspended", "Enabled"))
    pair.there.put_bucket_versioning(Bucket=pair.destination, VersioningConfiguration=suspend)
    version = pair.put()
    until(lambda: pair.status("key", version) == "FAILED")
    pair.there.put_bucket_versioning(Bucket=pair.destination, VersioningConfiguration=resume)
    pair.completed("key", pair.put())
    assert pair.status("key", version) == "FAILED"
    for key, there in pair.versions(pair.destination):
        pair.there.delete_object(Bucket=pair.destination, Key=key, VersionId=there)
    pair.there.delete_bucket(Bucket=pair.destination)
    lost = pair.put()
    until(lambda: pair.status("key", lost) == "FAILED")


def test_later_tags_follow(pair):
    """R-DATA-08"""
    pair.configure()
    pair.completed("key", pair.put())
    tags = [{"Key": "late", "Value": "1"}]
    pair.here.put_object_tagging(Bucket=pair.source, Key="key", Tagging={"TagSet": tags})
    read = {"Bucket": pair.destination, "Key": "key"}
    until(lambda: pair.there.get_object_tagging(**read)["TagSet"] == tags)
    pair.here.delete_object_tagging(Bucket=pair.source, Key="key")
    until(lambda: pair.there.get_object_tagging(**read)["TagSet"] == [])


def test_2000_puts_by_16_clients_lose_nothing(pair, url):
    pair.configure()
    numbers = range(2000)
    with ThreadPoolExecutor(16) as clients:
        written = list(clients.map(lambda n: (f"k{n % 400}", pair.put(f"k{n % 400}")), numbers))
    until(lambda: handshake(url)["under_way"] == 0)
    assert sorted(pair.versions(pair.destination)) == sorted(written)
    assert pair.versions(pair.source) == pair.versions(pair.destination)
    with ThreadPoolExecutor(16) as clients:
        seen = set(clients.map(lambda one: pair.status(*one), written))
    assert seen == {"COMPLETED"} and handshake(url)["errors"] == 0


def test_a_hold_that_comes_while_bytes_are_copied_is_not_lost(pair):
    """R-DATA-08: the change is in the replica, or follows it"""
    lock = {"ObjectLockEnabled": "Enabled"}
    pair.configure()
    for bucket in (pair.destination, pair.source):
        pair.here.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=lock)
    written = {f"k{number}": pair.put(f"k{number}", b"x" * (8 << 20)) for number in range(12)}

    def hold(key, version):
        where = {"Bucket": pair.source, "Key": key, "VersionId": version}
        pair.here.put_object_legal_hold(**where, LegalHold={"Status": "ON"})

    with ThreadPoolExecutor(6) as clients:
        list(clients.map(hold, *zip(*written.items())))
    for key, version in written.items():
        pair.completed(key, version)
        where = {"Bucket": pair.destination, "Key": key, "VersionId": version}
        until(lambda: pair.there.head_object(**where).get("ObjectLockLegalHoldStatus") == "ON")

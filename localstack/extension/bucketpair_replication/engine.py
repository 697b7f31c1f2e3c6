"""The replication engine: each copy waits its delay, is published whole, then the status follows."""

import copy
import datetime
import heapq
import itertools
import logging
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from localstack.services.s3.models import S3DeleteMarker, s3_stores
from localstack.services.s3.utils import get_canned_acl, get_unique_key_id

from . import delay, denials, encryption, failures, keys, rules

LOG = logging.getLogger(__name__)
ACCOUNT = "000000000000"
COPIES_AT_ONCE = 32
ENFORCED = "BucketOwnerEnforced"
PENDING, COMPLETED, FAILED, REPLICA = "PENDING", "COMPLETED", "FAILED", "REPLICA"


class Engine:
    """What is under way, and the threads that carry it."""

    def __init__(self, delay_text):
        self.delay_text = delay_text
        self.delay = delay.parse(delay_text)
        self.lock = threading.RLock()
        self.due = threading.Condition()
        self.queue, self.ticket = [], itertools.count()
        self.under_way, self.errors = 0, 0
        self.troubles, self.waiting, self.failures = {}, [], {}
        self.storage = None
        self.pool = ThreadPoolExecutor(COPIES_AT_ONCE, thread_name_prefix="replication")
        threading.Thread(target=self.dispatch, name="replication", daemon=True).start()

    def written(self, storage, bucket, key, version_id):
        """A write was made: PENDING with the acknowledgement where rules select it (R-STATUS-05)."""
        found = bucket.objects.get(key, version_id) if version_id else None
        if found is None or not bucket.replication or is_left_out(bucket, found):
            return
        tags, under_kms = tags_of(bucket, found), keys.is_under_kms(found)
        chosen = rules.select(rules.read(bucket.replication), key, tags, under_kms)
        if chosen:
            found.replication_status, found.replication_outstanding = PENDING, len(chosen)
        for rule in chosen:
            self.depart(Journey(self, storage, bucket, found, rule).arrive)

    def deleted(self, bucket, key, marker_id):
        """A user's delete marker; it has no status."""
        marker = bucket.objects.get(key, marker_id) if marker_id else None
        if bucket.versioning_status != "Enabled" or not bucket.replication or marker is None:
            return
        for rule in rules.select_marker(rules.read(bucket.replication), key):
            self.depart(Journey(self, None, bucket, marker, rule).mark)

    def changed(self, bucket, key, version_id, what):
        """Later tags, locks and ACLs go to every destination once, the status stays (R-DATA-07,
        R-DATA-08, R-STATUS-14)."""
        found = bucket.objects.get(key, version_id)
        if getattr(found, "is_replica", False):
            self.given_back(bucket, found)
            return
        own = status(found) is not None
        chosen = rules.read(bucket.replication) if own and bucket.replication else []
        once = {rule.destination: rule for rule in chosen if rule.enabled}
        for rule in once.values():
            self.depart(getattr(Journey(self, None, bucket, found, rule), what))

    def given_back(self, bucket, replica):
        """A replica's own tags go back where both buckets' rules say so (R-BIDI-02, R-STATUS-15)."""
        tags = tags_of(bucket, replica)
        chosen = [
            rule
            for rule in chosen_rules(bucket, replica.key, tags)
            if rule.replica_modifications and self.synchronises(bucket, rule, replica.key, tags)
        ]
        if chosen:
            replica.replication_status = PENDING
        for rule in chosen:
            self.depart(Journey(self, None, bucket, replica, rule).give_back)

    def synchronises(self, bucket, rule, key, tags):
        there = bucket_named(rule.destination)
        theirs = chosen_rules(there, key, tags) if not closed(there) else []
        return any(one.destination == bucket.name and one.replica_modifications for one in theirs)

    def depart(self, work):
        with self.due:
            self.under_way += 1
        self.push(work)

    def push(self, work):
        with self.due:
            at = time.monotonic() + self.delay(random)
            heapq.heappush(self.queue, (at, next(self.ticket), work))
            self.due.notify()

    def trouble(self, name):
        """What holds replication up at a bucket (R-STATUS-09, R-TIME-13)."""
        return self.troubles.setdefault(name, {"paused": False, "away": False, "slow-downs": 0})

    def change(self, name, change):
        """Changes it, and lets go what waits; what is still held up waits again."""
        with self.due:
            self.trouble(name).update(change)
            waiting, self.waiting = self.waiting, []
        for work in waiting:
            self.push(work)

    def is_held(self, work):
        """Trouble fails nothing: it is waited out, and a 503 costs another delay."""
        journey = work.__self__
        if not isinstance(journey, Journey):
            return False
        with self.due:
            here, there = self.trouble(journey.bucket.name), self.trouble(journey.rule.destination)
            if here["paused"] or there["away"]:
                self.waiting.append(work)
                return True
            if not there["slow-downs"]:
                return False
            there["slow-downs"] -= 1
        self.push(work)
        return True

    def dispatch(self):
        while True:
            with self.due:
                while not self.queue or self.queue[0][0] > time.monotonic():
                    self.due.wait(self.queue[0][0] - time.monotonic() if self.queue else None)
                work = heapq.heappop(self.queue)[2]
            self.pool.submit(self.carry, work)

    def carry(self, work):
        if self.is_held(work):
            return
        try:
            work()
        except Exception:
            LOG.exception("bucketpair: a replication failed in the extension itself")
            with self.due:
                self.errors += 1
            work.__self__.conclude(False)
        finally:
            with self.due:
                self.under_way -= 1


class Journey:
    """One version on its way to one destination."""

    def __init__(self, engine, storage, bucket, version, rule):
        self.engine, self.storage = engine, storage
        self.bucket, self.version, self.rule = bucket, version, rule
        self.requested = failures.now()

    def arrive(self):
        """Publishes the replica. A source version that is gone by now is lost (R-NOT-11)."""
        if not self.is_there():
            self.failed("OBJECT_PUT", "SrcVersionNotFound")
            return
        to = self.destination()
        if reason := self.refusal(to):
            self.failed("OBJECT_PUT", reason)
            self.conclude(False)
            return
        replica = self.replica(to)
        if replica is not None:
            with self.engine.lock:  # what changes meanwhile is in it, or follows it
                put_tags(to, replica, tags_of(self.bucket, self.version))
                replica.acl = self.acl(to)
                replica.lock_legal_status = self.version.lock_legal_status
                replica.lock_mode, replica.lock_until = retention(to, self.version)
                to.objects.set(replica.key, replica)
            self.conclude(True)

    def replica(self, to):
        """A copy with everything the source has; None when the source went meanwhile."""
        source, replica = self.version, copy.copy(self.version)
        replica.replication_status, replica.replication_outstanding = REPLICA, 0
        replica.is_current, replica.is_replica = True, True
        replica.storage_class = self.rule.storage_class or source.storage_class
        if keys.is_under_kms(source):  # R-ENC-04; the bucket key stays (R-ENC-11)
            replica.kms_key_id = self.rule.replica_kms_key
        with self.storage.open(to.name, replica, mode="w") as target:
            with self.storage.open(self.bucket.name, source, mode="r") as body:
                target.write(body)
        if not self.is_there():
            self.storage.remove(to.name, replica)
            return None
        replica.etag, replica.size = source.etag, source.size
        return replica

    def mark(self):
        """The marker keeps its version ID, which AWS leaves open (R-DEL-05)."""
        to = self.destination()
        if not self.is_there():
            return
        if reason := closed(to) or self.denied(denials.DELETE, to):
            self.failed("DELETE_MARKER", reason)
            return
        marker = copy.copy(self.version)
        marker.is_current = True
        to.objects.set(marker.key, marker)

    def retag(self):
        """The tags follow (R-DATA-08); whether there was anything to follow to."""
        with self.engine.lock:
            if (there := self.follow("OBJECT_TAGGING")) is not None:
                put_tags(self.destination(), there, tags_of(self.bucket, self.version))
            return there is not None

    def relock(self):
        """Retention and legal hold follow (R-DATA-08)."""
        with self.engine.lock:
            source = self.version
            if (there := self.follow("OBJECT_LOCK")) is not None:
                there.lock_mode, there.lock_until = source.lock_mode, source.lock_until
                there.lock_legal_status = source.lock_legal_status

    def change_acl(self):
        """The ACL follows (R-DATA-07), but not under the owner override (R-OWN-04)."""
        with self.engine.lock:
            if (there := self.follow("OBJECT_ACL")) is not None:
                there.acl = self.acl(self.destination())

    def follow(self, operation):
        """The replica that a change goes to, or None. One on its way brings the change along; one
        that is gone fails it (R-EVT-15)."""
        if not self.is_there():
            return None
        to = self.destination()
        reason = closed(to)
        there = None if reason else to.objects.get(self.version.key, self.version.version_id)
        if there is None and (reason or not self.is_on_its_way()):
            self.failed(operation, reason or "DstVersionNotFound")
        return there

    def is_on_its_way(self):
        own = not getattr(self.version, "is_replica", False)
        return own and status(self.version) == PENDING

    def acl(self, to):
        """The source's, or the owner's alone: under the override, and where the owner is enforced."""
        if self.rule.owner_override or to.object_ownership == ENFORCED:
            return get_canned_acl("private", owner=self.version.owner)
        return self.version.acl

    def give_back(self):
        """The source gets the replica's tags; then that one is REPLICA again, or FAILED."""
        with self.engine.lock:
            self.version.replication_status = REPLICA if self.retag() else FAILED

    def is_there(self):
        store = store_of(self.bucket.bucket_account_id)
        same = store.buckets.get(self.bucket.name) is self.bucket
        return same and self.bucket.objects.get(self.version.key, self.version.version_id) is (
            self.version
        )

    def destination(self):
        return bucket_named(self.rule.destination)

    def refusal(self, to):
        """Why it cannot be copied, in the word of S3's event (R-EVT-14), or None."""
        return (
            self.denied(denials.READ, self.bucket)
            or unlocked(self.bucket, to)
            or encryption.unreadable(self.version, self.bucket)
            or closed(to)
            or encryption.unwritable(self.version, to, self.rule.replica_kms_key)
            or self.denied(denials.WRITE, to)
        )

    def denied(self, actions, bucket):
        """What the role may not do, as far as it says so outright (R-IAM-09)."""
        account, role = self.bucket.bucket_account_id, (self.bucket.replication or {}).get("Role")
        return denials.reason(account, role, actions, bucket.name, self.version.key)

    def failed(self, operation, reason):
        """Keeps what S3's event would tell."""
        record = failures.record(self, operation, reason)
        with self.engine.lock:
            self.engine.failures.setdefault(self.bucket.name, []).append(record)

    def conclude(self, arrived):
        """COMPLETED with the last destination, FAILED with one and for good (R-STATUS-06, -07, -10)."""
        version = self.version
        with self.engine.lock:
            if status(version) != PENDING:
                return
            version.replication_outstanding -= 1
            if not arrived:
                version.replication_status = FAILED
            elif version.replication_outstanding == 0:
                version.replication_status = COMPLETED


def closed(to):
    """The failure reason where a destination is not there or not versioned (R-CFG-19), or None."""
    if to is None:
        return "DstBucketNotFound"
    return None if to.versioning_status == "Enabled" else "DstBucketUnversioned"


def unlocked(source, to):
    """The failure reason where the source has Object Lock and the destination has not (R-DATA-11)."""
    lacks = source.object_lock_enabled and to is not None and not to.object_lock_enabled
    return "DstBucketObjectLockConfigMissing" if lacks else None


def retention(to, source):
    """The source's retention, or else the destination's default from the source's creation on
    (R-DATA-09, R-DATA-10)."""
    default = to.object_lock_default_retention
    if source.lock_mode or not default:
        return source.lock_mode, source.lock_until
    days = default.get("Days") or 365 * default["Years"]
    return default["Mode"], source.last_modified + datetime.timedelta(days=days)


def chosen_rules(bucket, key, tags):
    """The rules of a bucket that select a key with these tags."""
    configuration = bucket.replication
    return rules.select(rules.read(configuration), key, tags) if configuration else []


def status(version):
    """The replication status of a version, or None."""
    return getattr(version, "replication_status", None)


def is_left_out(bucket, found):
    """Markers, archived classes (R-NOT-03), no versioning."""
    return (
        isinstance(found, S3DeleteMarker)
        or bucket.versioning_status != "Enabled"
        or found.storage_class in rules.ARCHIVED
    )


def store_of(account):
    return s3_stores[account]["us-east-1"]


def bucket_named(name):
    """The bucket of any account, since names are global; None where there is none."""
    account = store_of(ACCOUNT).global_bucket_map.get(name)
    return store_of(account).buckets.get(name) if account else None


def tag_store(bucket):
    return s3_stores[bucket.bucket_account_id][bucket.bucket_region].tags


def tags_of(bucket, version):
    key = get_unique_key_id(bucket.name, version.key, version.version_id)
    return dict(tag_store(bucket).get_tags(key))


def put_tags(bucket, version, tags):
    key = get_unique_key_id(bucket.name, version.key, version.version_id)
    tag_store(bucket).delete_all_tags(key)
    tag_store(bucket).update_tags(key, tags)

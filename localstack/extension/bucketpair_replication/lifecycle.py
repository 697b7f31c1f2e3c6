"""Lifecycle, carried out whenever a bucket's clock is advanced: on each bucket by itself, counting
days from the original creation (R-OPS-02), never replicated (R-NOT-05). As in the embedded pair, a
day ends at midnight UTC, what is PENDING or FAILED is left alone (R-OPS-01), and what Object Lock
keeps is never removed."""

import datetime

from localstack.services.s3.models import S3DeleteMarker, VersionedKeyStore
from localstack.services.s3.provider import generate_version_id

from .engine import FAILED, PENDING, put_tags, status, tags_of

DAY = datetime.timedelta(days=1)


def ahead(bucket):
    """How far a bucket's clock was advanced."""
    return getattr(bucket, "ahead", datetime.timedelta())


def now(bucket):
    return datetime.datetime.now(datetime.UTC) + ahead(bucket)


def advance(bucket, days, storage):
    """Advances a bucket's clock; its lifecycle has acted when this returns."""
    bucket.ahead = ahead(bucket) + DAY * days
    Sweep(bucket, storage).carry_out()


class Sweep:
    """One look at one bucket."""

    def __init__(self, bucket, storage):
        self.bucket, self.storage, self.now = bucket, storage, now(bucket)
        rules = bucket.lifecycle_rules or ()
        self.rules = [rule for rule in rules if rule["Status"] == "Enabled"]

    def carry_out(self):
        for rule in self.rules:
            self.noncurrent(rule)
            self.transitions(rule)
        self.expired()
        self.lone_markers()
        for rule in self.rules:
            self.uploads(rule)

    def shelves(self):
        """The versions of each key, the oldest first."""
        keys = self.bucket.objects
        versioned = isinstance(keys, VersionedKeyStore)
        return [list(one.values()) if versioned else [one] for one in list(keys._store.values())]

    def noncurrent(self, rule):
        """Days of a noncurrent version count from when the next one was made."""
        expiration = rule.get("NoncurrentVersionExpiration") or {}
        kept = expiration.get("NewerNoncurrentVersions") or 0
        for versions in self.shelves():
            last = max(len(versions) - 1 - kept, 0)
            for version, following in zip(versions[:last], versions[1:]):
                due = self.is_due(following.last_modified, expiration.get("NoncurrentDays"))
                if due and self.selects(rule, version) and not self.is_locked(version):
                    self.remove(version)

    def transitions(self, rule):
        for *_, current in self.shelves():
            if isinstance(current, S3DeleteMarker) or not self.selects(rule, current):
                continue
            made = current.last_modified
            due = [one for one in rule.get("Transitions", ()) if self.is_due(made, one.get("Days"))]
            if due:
                current.storage_class = max(due, key=lambda one: one["Days"])["StorageClass"]

    def expired(self):
        """A marker is made where the bucket is versioned; it is no user's, and stays here."""
        for *_, current in self.shelves():
            rules = [rule for rule in self.rules if self.expires(rule, current)]
            if not rules:
                continue
            if self.bucket.versioning_status is None:
                self.remove(current)
                continue
            identity = generate_version_id(self.bucket.versioning_status)
            marker = S3DeleteMarker(key=current.key, version_id=identity)
            marker.last_modified = self.now
            self.bucket.objects.set(current.key, marker)

    def expires(self, rule, current):
        if isinstance(current, S3DeleteMarker) or not self.selects(rule, current):
            return False
        expiration = rule.get("Expiration") or {}
        date = expiration.get("Date")
        past = date is not None and self.now >= date
        return past or self.is_due(current.last_modified, expiration.get("Days"))

    def lone_markers(self):
        """Markers with nothing behind them, where a rule says so."""
        for versions in self.shelves():
            rules = [
                rule
                for rule in self.rules
                if (rule.get("Expiration") or {}).get("ExpiredObjectDeleteMarker")
                and self.selects(rule, versions[0])
            ]
            if rules and len(versions) == 1 and isinstance(versions[0], S3DeleteMarker):
                self.remove(versions[0])

    def uploads(self, rule):
        days = (rule.get("AbortIncompleteMultipartUpload") or {}).get("DaysAfterInitiation")
        for identity, upload in list(self.bucket.multiparts.items()):
            named = upload.object.key.startswith(prefix(rule))
            if named and self.is_due(upload.initiated, days):
                self.bucket.multiparts.pop(identity)
                self.storage.remove_multipart(self.bucket.name, upload)

    def is_due(self, since, days):
        return days is not None and self.now >= midnight_after(since + DAY * days)

    def selects(self, rule, version):
        """Whether a rule acts on a version now."""
        if status(version) in (PENDING, FAILED):
            return False
        tags = tags_of(self.bucket, version)
        return version.key.startswith(prefix(rule)) and fits(rule.get("Filter") or {}, version, tags)

    def is_locked(self, version):
        """Whether a legal hold, or a retention that is not over, keeps a version."""
        until = getattr(version, "lock_until", None)
        held = getattr(version, "lock_legal_status", None) == "ON"
        return held or (until is not None and until > self.now)

    def remove(self, version):
        keys = self.bucket.objects
        versioned = isinstance(keys, VersionedKeyStore)
        keys.pop(version.key, *[version.version_id] if versioned else [])
        if not isinstance(version, S3DeleteMarker):
            self.storage.remove(self.bucket.name, version)
            put_tags(self.bucket, version, {})


def midnight_after(moment):
    """The midnight at which a day that has passed counts: S3 rounds up."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if midnight == moment else midnight + DAY


def prefix(rule):
    where = rule.get("Filter") or {}
    both = where.get("And") or {}
    return where.get("Prefix") or both.get("Prefix") or rule.get("Prefix") or ""


def fits(where, version, tags):
    """Tags and sizes of a filter; a marker has neither."""
    both = where.get("And") or {}
    wanted = both.get("Tags") or ([where["Tag"]] if where.get("Tag") else [])
    above, below = (
        where.get(name, both.get(name)) for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan")
    )
    size = getattr(version, "size", None)
    sized = (above is None or size is not None and size > above) and (
        below is None or size is not None and size < below
    )
    return sized and all(tags.get(tag["Key"]) == tag["Value"] for tag in wanted)

"""The engine by itself: slow copies do not block others."""

import threading

from bucketpair_replication.engine import COPIES_AT_ONCE, Engine


class Work:
    def __init__(self, run):
        self.run = run

    def carry(self):
        self.run()

    def conclude(self, arrived):
        raise AssertionError("no copy failed")


def test_slow_copies_do_not_block_others():
    engine, release, done = Engine("1ms"), threading.Event(), threading.Event()
    for _ in range(COPIES_AT_ONCE - 1):
        engine.depart(Work(release.wait).carry)
    engine.depart(Work(done.set).carry)
    assert done.wait(10), "a copy waited for slower ones"
    release.set()


def test_a_copy_that_breaks_is_counted_and_fails_its_version():
    failed = threading.Event()
    work = Work(lambda: 1 / 0)
    work.conclude = lambda arrived: failed.set()
    engine = Engine("0ms")
    engine.depart(work.carry)
    assert failed.wait(10) and engine.errors == 1

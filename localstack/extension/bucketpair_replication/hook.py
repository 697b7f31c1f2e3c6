"""The entry point. Whatever goes wrong here ends LocalStack: it must not come up without replication."""

import os
import sys
import traceback

from localstack.runtime import hooks

from . import LOCALSTACK_VERSION, VERSION

FAILED = 1


@hooks.on_infra_start(priority=90)
def install_replication():
    """Installs replication, or ends the process with the reason and the remedy."""
    try:
        refuse_what_does_not_fit()
        from .install import install

        print(f"bucketpair: replication {VERSION} is on, delay {install()}", flush=True)
    except Exception as error:
        if not isinstance(error, Refused):
            traceback.print_exc()
        print(f"bucketpair: replication was not installed: {error}", file=sys.stderr, flush=True)
        os._exit(FAILED)  # an exception would only be logged, and LocalStack would say "Ready."


class Refused(Exception):
    """This LocalStack is not the one the extension is for."""


def refuse_what_does_not_fit():
    """The hooks reach into private interfaces, which differ from release to release."""
    from localstack.version import __version__ as version

    if any(os.environ.get(name) for name in ("LOCALSTACK_AUTH_TOKEN", "LOCALSTACK_API_KEY")):
        raise Refused(
            "a licensed LocalStack replicates by itself; start it without this extension,"
            " or unset LOCALSTACK_AUTH_TOKEN"
        )
    if version != LOCALSTACK_VERSION:
        raise Refused(
            f"this is LocalStack {version}, and the extension is for {LOCALSTACK_VERSION};"
            f" use localstack/localstack:{LOCALSTACK_VERSION}"
        )

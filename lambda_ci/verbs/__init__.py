"""The verbs of the command line, one module each.

Only the chosen one is imported, so that ``lambda-ci --help`` is there at once.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lambda_ci.verbs.command import Command


def _init() -> type[Command]:
    from lambda_ci.verbs.init import Init

    return Init


def _check() -> type[Command]:
    from lambda_ci.verbs.check import Check

    return Check


def _lock() -> type[Command]:
    from lambda_ci.verbs.lock import Lock

    return Lock


def _build() -> type[Command]:
    from lambda_ci.verbs.build import Build

    return Build


def _plan() -> type[Command]:
    from lambda_ci.verbs.plan import Plan

    return Plan


def _deploy() -> type[Command]:
    from lambda_ci.verbs.deploy import Deploy

    return Deploy


def _invoke() -> type[Command]:
    from lambda_ci.verbs.invoke import Invoke

    return Invoke


def _status() -> type[Command]:
    from lambda_ci.verbs.status import Status

    return Status


def _rollback() -> type[Command]:
    from lambda_ci.verbs.rollback import Rollback

    return Rollback


def _prune() -> type[Command]:
    from lambda_ci.verbs.prune import Prune

    return Prune


def _destroy() -> type[Command]:
    from lambda_ci.verbs.destroy import Destroy

    return Destroy


def _preview() -> type[Command]:
    from lambda_ci.verbs.preview.preview import Preview

    return Preview


def _local() -> type[Command]:
    from lambda_ci.verbs.local import Local

    return Local


def _policy() -> type[Command]:
    from lambda_ci.verbs.policy import Policy

    return Policy


def _schema() -> type[Command]:
    from lambda_ci.verbs.schema import Schema

    return Schema


VERBS: Mapping[str, tuple[str, Callable[[], type[Command]]]] = {
    "init": ("write a first lambda-ci.yml", _init),
    "check": ("check the configuration, without building anything or asking AWS", _check),
    "lock": ("lock the dependencies, each in a file beside the one that declares them", _lock),
    "build": ("build the deployment packages", _build),
    "plan": ("show what a deploy would change; changes nothing", _plan),
    "deploy": ("build, deploy, smoke-test the new version, then move the alias to it", _deploy),
    "invoke": ("invoke a deployed function through its alias and print the answer", _invoke),
    "status": ("show which version each function's alias runs", _status),
    "rollback": ("move each alias back to the version that it ran before", _rollback),
    "prune": ("delete old versions that nothing uses", _prune),
    "destroy": ("delete the functions that this project owns", _destroy),
    "preview": ("deploy a pull request's functions beside the real ones, and remove them again", _preview),
    "local": ("start, stop or look at the embedded AWS", _local),
    "policy": ("print the least IAM policy for this configuration, or the trust policy of a CI system", _policy),
    "schema": ("print the JSON schema of lambda-ci.yml", _schema),
}
"""What each does, in a line, and where it is."""

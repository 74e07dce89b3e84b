"""What must hold before anything is written. Pure; each refusal says what to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lambda_ci.adapters.lambda_members import Place
from lambda_ci.deploy.ownership import check_tags
from lambda_ci.deploy.package import runs
from lambda_ci.deploy.plan.comparison import differing, environment, same, surplus_tags, whole
from lambda_ci.errors import AwsError, ConfigurationError, PackageError
from lambda_ci.model.artifact import Package
from lambda_ci.model.platform import facts

if TYPE_CHECKING:
    from collections.abc import Collection

    from lambda_ci.deploy.current import Current
    from lambda_ci.deploy.desired import Desired
    from lambda_ci.deploy.live import Live
    from lambda_ci.model.spec.project import StagingSpec

_ALIKE = {"Role": "role", "DeadLetterConfig": "dead-letter configuration"}


def check(desired: Desired, current: Current, *, staging: StagingSpec | None) -> None:
    """Raises the first thing that stands in the way of reaching ``desired`` from ``current``."""
    live = current.latest
    if live is None and desired.code_only:
        raise _absent(desired)
    if live is None:
        _role(desired)
    else:
        _usable(desired, live)
        _create_only(desired, current, live)
        _readable(desired, live)
        _readable(desired, current.released or live)
        _merged(desired, live)
    _network(desired, live)
    if isinstance(desired.package, Package) and (live is None or not runs(live, desired.package)):
        _size(desired.package, staging)


def check_splittable(desired: Desired, live: Live, released: Live) -> None:
    """Raises ``ConfigurationError`` where Lambda will not split calls between the version that runs and the one to come."""
    for name, what in _ALIKE.items():
        wanted = desired.members.get(name, live.members.get(name))
        if not same(name, wanted, released.members.get(name)):
            raise ConfigurationError(
                f"the calls of {desired.function_name}:{desired.alias} cannot move in steps ({desired.traffic}): the new version has "
                f"another {what} than version {released.version}",
                why="Lambda splits calls only between versions with the same role and the same dead-letter configuration.",
                fix="deploy this change once with all calls at a time: --rollout-strategy all-at-once, or --rollout-codedeploy none "
                "where CodeDeploy moves the calls",
            )


def _absent(desired: Desired) -> ConfigurationError:
    return ConfigurationError(
        f"the function {desired.function_name} does not exist, and `mode: code-only` creates none",
        why="Everything but the code is left to what manages the function elsewhere.",
        fix="create it there first, correct function-name or the region, or take `mode: code-only` out",
    )


def _role(desired: Desired) -> None:
    if desired.members.get("Role"):
        return
    name = desired.name
    raise ConfigurationError(
        f"the function {desired.function_name} does not exist yet, and no role is declared to create it with",
        why="Lambda runs a function under an IAM role, which must be named when the function is created.",
        fix=f"write `role: arn:aws:iam::ACCOUNT:role/NAME` under functions.{name} in lambda-ci.yml, or use --role or the input role",
    )


def _usable(desired: Desired, live: Live) -> None:
    if live.state == "Failed":
        raise AwsError(
            f"the function {desired.function_name} is in the state Failed: {live.state_reason}",
            why="Lambda could not create it, and such a function can never be used or updated. It is not deleted here, because it "
            "is not this project's, or has an alias or a version; or because this run may not look "
            "(lambda:ListAliases, lambda:ListVersionsByFunction).",
            fix=f"mend the cause, delete it (aws lambda delete-function --function-name {desired.function_name}), and run this again",
        )


def _create_only(desired: Desired, current: Current, live: Live) -> None:
    wanted = dict(desired.members)
    found = [*differing(desired, live, current, Place.CREATE)]
    wanted.setdefault("PackageType", "Zip")
    if live.members.get("PackageType", "Zip") != wanted["PackageType"] and "PackageType" not in found:
        found.append("PackageType")
    if found:
        name = found[0]
        raise AwsError(
            f"{name} of the function {desired.function_name} is {live.members.get(name)}, and {wanted[name]} is wanted",
            why=f"Lambda sets {name} when a function is created and cannot change it afterwards.",
            fix="give the function another name (function-name), or delete it first (with its versions and aliases: "
            f"aws lambda delete-function --function-name {desired.function_name})",
        )


def _readable(desired: Desired, live: Live) -> None:
    if live.environment_error and desired.environment is not None and not desired.environment_replaces:
        raise AwsError(
            f"the variables of {desired.function_name} cannot be read, so that nothing can be merged: {live.environment_error}",
            why="They are encrypted with a KMS key that the identity of this run may not use.",
            fix="allow kms:Decrypt on that key, or declare all variables and write `environment-mode: replace`",
        )
    if not desired.code_only:
        check_tags(live, desired.function_name)


def _merged(desired: Desired, live: Live) -> None:
    """What others set counts as well, against limits that the declaration alone keeps."""
    variables, tags = environment(desired, live), {*live.tags, *desired.tags}.difference(surplus_tags(desired, live))
    size, limit = (
        len(json.dumps(variables, ensure_ascii=False, separators=(",", ":")).encode()),
        facts().limits.environment,
    )
    if desired.environment is not None and size > limit:
        raise ConfigurationError(
            f"the variables of {desired.function_name} would take {size} bytes as JSON, and Lambda allows {limit}",
            why=f"Beside those that are declared it has {_named(variables.keys() - desired.environment.keys())}.",
            fix="remove some (a key without a value), or write `environment-mode: replace` to remove all that are not declared",
        )
    if len(tags) > facts().limits.tags_count:
        raise ConfigurationError(
            f"{desired.function_name} would have {len(tags)} tags, and AWS allows {facts().limits.tags_count}",
            why=f"Beside those that are declared it has {_named(live.tags.keys() - desired.tags.keys())}.",
            fix="remove some (a key without a value), or write `tags-mode: replace` to remove all that are not declared",
        )


def _named(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _network(desired: Desired, live: Live | None) -> None:
    """Lambda takes subnets and security groups together only."""
    declared = desired.members.get("VpcConfig")
    network = whole("VpcConfig", desired, live) if live and declared is not None else declared
    if isinstance(network, dict) and bool(network.get("SubnetIds")) != bool(network.get("SecurityGroupIds")):
        missing = "security-group-ids" if network.get("SubnetIds") else "subnet-ids"
        raise ConfigurationError(
            f"vpc-config of {desired.function_name} would have no {missing}",
            why="A function in a VPC needs subnets and security groups; outside of one it has neither.",
            fix=f"declare {missing} as well, or both as empty lists",
        )


def _size(package: Package, staging: StagingSpec | None) -> None:
    size, limit = package.size, facts().limits.direct_upload
    if size <= limit or staging is not None:
        return
    raise PackageError(
        f"the package of {package.function} is {size:,} bytes, and a direct upload takes {limit:,}",
        why="Lambda reads larger packages from an S3 bucket, and none is configured.",
        fix="add to lambda-ci.yml:\nstaging:\n  bucket: NAME-OF-A-BUCKET-IN-THE-FUNCTION'S-REGION",
    )

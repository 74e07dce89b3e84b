"""Refusals that time or a second look heals: another change in progress, a role too new to be assumed, a stale revision.

The codes are Lambda's; where it uses one code for several things, its wording decides.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from lambda_ci.adapters.iam import SERVICE
from lambda_ci.deploy.writes.waiting import SETTLING, Wait, wait
from lambda_ci.errors import AwsError
from lambda_ci.model.scheduler_role import SERVICE as SCHEDULER

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambda_ci.adapters.aws_errors import Refusal
    from lambda_ci.deploy.live import Live
    from lambda_ci.deploy.services import Services

NEW_ROLE = 60.0
"""Seconds until IAM has told Lambda of a new role; later the same refusal means a wrong trust policy."""
_PAUSE = 5.0
_LOOKS = 3
_ASSUMED = "cannot be assumed by Lambda"
RIGHTS_WORDS = ("The provided execution role does not have permissions", "ensure the role can perform")
"""Of Lambda, for a function's role that lacks rights, or whose rights it has not heard of yet."""
_NEW_ROLE_WORDS = (_ASSUMED, *RIGHTS_WORDS, "KMS key is invalid for CreateGrant")
_SCHEDULERS_WORDS = "must allow AWS EventBridge Scheduler to assume the role"
_BUSY_WORDS = ("in progress", "current state", "following state", "Pending")


class Trouble(Enum):
    BUSY = auto()
    NEW_ROLE = auto()
    EC2 = auto()
    """Asked too often, by Lambda for a function in a VPC."""
    EXISTS = auto()
    CHANGED = auto()
    OTHER = auto()


_ELSEWHERE = {
    "OperationAbortedException": Trouble.BUSY,
    "ResourceAlreadyExistsException": Trouble.EXISTS,
    "ConcurrentModificationException": Trouble.BUSY,
    "ResourceInUseException": Trouble.BUSY,
    "ConflictException": Trouble.BUSY,
}
"""The same in CloudWatch Logs, EventBridge and its Scheduler, and of event source mappings."""


def trouble(refusal: Refusal) -> Trouble:
    """What kind of refusal this is."""
    words = refusal.message
    if refusal.code == "ResourceConflictException":
        if any(part in words for part in _BUSY_WORDS):
            return Trouble.BUSY
        return Trouble.EXISTS if "exist" in words else Trouble.OTHER
    if refusal.code in _ELSEWHERE:
        return _ELSEWHERE[refusal.code]
    if refusal.code == "PreconditionFailedException" or words.startswith("CodeSHA256 ("):
        return Trouble.CHANGED
    if refusal.code == "InvalidParameterValueException" and any(part in words for part in _NEW_ROLE_WORDS):
        return Trouble.NEW_ROLE
    if "throttled by EC2" in words:
        return Trouble.EC2
    if refusal.code == "ValidationException" and _SCHEDULERS_WORDS in words:
        return Trouble.NEW_ROLE
    return Trouble.OTHER


class Persistence:
    """How long one write to a function (or to its alias) is tried: since when, and how often it was not as it was seen."""

    def __init__(self, subject: str, services: Services, *, role: str = "") -> None:
        self._subject = subject
        self._role = role
        """The one that the write names, by ARN."""
        self._services = services
        self._began = services.clock.monotonic()
        self._looks = 0

    def endure(self, refusal: Refusal) -> None:
        """Return when it is worth to look again; raises the refusal, or ``AwsError``, where another attempt is useless."""
        kind = trouble(refusal)
        if kind in {Trouble.CHANGED, Trouble.EXISTS}:
            return self._count(refusal)
        if kind is Trouble.NEW_ROLE and self._is_distrusted(refusal):
            raise _unusable_role(
                refusal, why=f"Its trust policy does not name {SERVICE}, and waiting does not change that."
            )
        limit = {Trouble.BUSY: SETTLING, Trouble.EC2: SETTLING, Trouble.NEW_ROLE: NEW_ROLE}.get(kind, 0.0)
        if self._services.clock.monotonic() - self._began >= limit:
            late = f"A new role takes some seconds to be known, but {NEW_ROLE:.0f} s have passed."
            raise _unusable_role(refusal, why=late) if kind is Trouble.NEW_ROLE else refusal
        if kind is Trouble.NEW_ROLE:
            self._services.console.line(f"{self._subject}: waiting for IAM to make the role known to {_taker(refusal)}")
        return self._services.clock.sleep(1.0 if kind is Trouble.BUSY else _PAUSE)

    def _is_distrusted(self, refusal: Refusal) -> bool:
        """Asked once."""
        role, self._role = self._role, ""
        return bool(role) and _ASSUMED in refusal.message and self._services.aws.iam().distrusts(role)

    def _count(self, refusal: Refusal) -> None:
        self._looks += 1
        if self._looks > _LOOKS:
            raise changed_meanwhile(self._subject) from refusal

    def recover(self, refusal: Refusal, live: Live, *, done: Callable[[Live], bool]) -> Live:
        """The function as it is now, to try once more with its new revision; ``done`` says whether nothing is left to write.

        A stale revision is harmless where the write is done (its answer was lost) or nothing but the revision moved.
        Raises the refusal where another attempt is useless, and ``AwsError`` where somebody else changed the function.
        """
        self.endure(refusal)
        fresh = wait(Wait(function_name=self._subject), self._services)
        if not (done(fresh) or fresh.same_content(live)):
            raise changed_meanwhile(self._subject) from refusal
        return fresh


def _unusable_role(refusal: Refusal, *, why: str) -> AwsError:
    return AwsError(
        refusal.what,
        why=why,
        fix=f"let the role's trust policy allow the service {_taker(refusal)} to assume it, and give it the permissions it needs",
    )


def _taker(refusal: Refusal) -> str:
    """The service that takes the role."""
    return SCHEDULER if _SCHEDULERS_WORDS in refusal.message else SERVICE


def changed_meanwhile(what: str) -> AwsError:
    """The error of a run that found something other than it had read. ``what``: the subject of the sentence."""
    return AwsError(
        f"{what} was changed by somebody else while this run worked on it",
        why="Going on would undo that change, or release something that was never declared or tested.",
        fix="see who else deploys it (another job, Terraform, the console), then run this again",
    )

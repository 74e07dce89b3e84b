"""What a preview needs of GitHub, GitLab or Bitbucket. Each has one adapter; a run talks to one of them about one repository."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lambda_ci.model.preview import Deployment, Standing


class Forge(Protocol):
    """One repository on one forge. Every method raises ``ForgeError`` for what is refused or cannot be reached, in three parts:
    a missing, expired or too weak token with what to write where. A token never appears in one.

    Done twice, each does it once: a run that was killed is made again.
    """

    @property
    def name(self) -> str:
        """For people: ``GitHub``."""
        ...

    def standing(self, number: int) -> Standing:
        """The pull request as it is now. A missing right must never look like a closed one, for what is closed is deleted: where
        the forge does not tell the one from the other, that is a ``ForgeError``."""
        ...

    def comment(self, number: int, *, marker: str, markdown: str, create: bool = True) -> str:
        """Have this one comment under the pull request: the one of this token's own author that begins with ``marker`` is edited
        in place (not if it says the same already), else one is written, unless not ``create``. All pages are looked through.

        ``marker`` is an HTML comment, ``<!-- … -->``, and the first line of ``markdown``; an adapter whose forge would show it
        writes it in another hidden way. The comment's address; empty where there is none.
        """
        ...

    def announce(self, deployment: Deployment) -> None:
        """Show a deployment beside the pull request. A transient environment: a new one takes the older ones' place."""
        ...

    def retire(self, group: str) -> None:
        """Every deployment of this group is over (GitHub: inactive), its environments stopped. None is no error."""
        ...

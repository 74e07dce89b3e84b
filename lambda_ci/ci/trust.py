"""Which identity tokens of a CI system may take a role on AWS: the trust policy, and the identity provider that it needs. Pure.

Sources: docs.github.com, "OpenID Connect reference" (immutable subjects since 15 July 2026); docs.gitlab.com, "ID tokens";
support.atlassian.com, "Integrate Pipelines with resource servers using OIDC"; circleci.com/docs, "OpenID Connect tokens";
IAM user guide, "Available keys for OIDC federation".
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from lambda_ci.errors import ConfigurationError
from lambda_ci.model.trust import Trust, Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

SYSTEMS = ("github", "gitlab", "bitbucket", "circleci")
LONGEST = 2048
"""Characters of a trust policy, white space apart, until AWS allows an account more (IAM user guide, "IAM and AWS STS quotas")."""
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_ANY_UUID = "-".join("?" * length for length in (8, 4, 4, 4, 12))
"""For StringLike. ``*`` would also match what somebody else's branch can be called."""
_WORD = r"[A-Za-z0-9_.-]+"
_ISSUER = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[A-Za-z0-9._-]+)*")
_GITHUB = "https://token.actions.githubusercontent.com"
_REPOSITORIES = {
    "github": (rf"{_WORD}/{_WORD}", "OWNER/REPOSITORY"),
    "gitlab": (rf"{_WORD}(?:/{_WORD})+", "GROUP/PROJECT"),
    "bitbucket": (rf"{_WORD}/\{{{_UUID}\}}", "WORKSPACE/{REPOSITORY-UUID}"),
    "circleci": (rf"{_UUID}/{_UUID}", "ORGANIZATION-ID/PROJECT-ID"),
}


def trust(wish: Wish) -> Trust:
    """Raises ConfigurationError for a wish that is not clear, or that would let in more than one repository."""
    pattern, shape = _REPOSITORIES[wish.system]
    if not re.fullmatch(pattern, wish.repository):
        raise ConfigurationError(
            f"--repo must be {shape} for {wish.system}, not {wish.repository!r}",
            why="A trust policy names one repository; with a pattern there, others could take the role.",
            fix="name the repository in full; print one policy for each repository",
        )
    if wish.issuer and not _ISSUER.fullmatch(wish.issuer):
        raise ConfigurationError(
            f"--issuer must be an https address without a slash at its end, not {wish.issuer!r}",
            fix="give the issuer as the tokens have it in `iss`",
        )
    for flag, names in (("--branch", wish.branches), ("--tag", wish.tags), ("--environment", wish.environments)):
        _check_names(flag, names)
    made = _MAKERS[wish.system](wish)
    size = len(json.dumps(made.document, separators=(",", ":")))
    return replace(made, notes=(*made.notes, _too_long(size))) if size > LONGEST else made


def _too_long(size: int) -> str:
    return (
        f"IAM takes {LONGEST} characters in a trust policy, more only on request, and this one has {size}: use a pattern such as "
        "--branch 'release/*', or several roles"
    )


def _check_names(flag: str, names: Iterable[str]) -> None:
    for name in names:
        if not name or "$" in name or not name.isprintable() or " " in name:
            fix = "use a name without white space and `$`"
            raise ConfigurationError(f"{flag} {name!r} cannot stand in a policy", fix=fix)
        if flag in {"--branch", "--tag"} and name.startswith("refs/"):
            fix = "give its name alone: --branch main for refs/heads/main, --tag 'v*' for refs/tags/v*"
            raise ConfigurationError(f"{flag} {name!r} is a reference, not the name of a branch or a tag", fix=fix)


def _github(wish: Wish) -> Trust:
    """Repositories made, renamed or transferred since 15 July 2026 have their numbers in the subject, older ones do not."""
    _must_choose(wish)
    if wish.identity and not all(re.fullmatch("[0-9]+", number) for number in wish.identity):
        raise ConfigurationError(
            "--owner-id and --repo-id must be numbers, and both be there",
            fix=f"`gh api repos/{wish.repository} --jq '.owner.id, .id'` prints them",
        )
    owner, _, name = wish.repository.partition("/")
    contexts = [f"ref:{ref}" for ref in _refs(wish)]
    contexts += [f"environment:{environment.replace(':', '%3A')}" for environment in wish.environments]
    contexts += ["pull_request"] if wish.pull_requests else []
    owner_id, repository_id = wish.identity or ("*", "*")
    forms = (f"repo:{wish.repository}", f"repo:{owner}@{owner_id}/{name}@{repository_id}")
    notes = [*_about_patterns(wish)]
    if wish.identity is None:
        notes.append(
            "the numbers of owner and repository are not known, so that any are taken: give --owner-id and --repo-id, as "
            f"`gh api repos/{wish.repository} --jq '.owner.id, .id'` prints them, and nobody who takes over the name can take the role"
        )
    if wish.environments and _refs(wish):
        notes.append("a job with `environment:` has a subject with the environment and without the branch or the tag")
    if wish.identity and wish.issuer:
        notes.append(
            f"AWS looks at the number of the repository (`repository_id`) in tokens of {_GITHUB} only: whoever takes over the name on "
            f"{wish.issuer} could take the role, where its tokens have no numbers in `sub`"
        )
    return _trust(
        wish,
        issuer=_GITHUB,
        audience="sts.amazonaws.com.cn" if wish.partition == "aws-cn" else "sts.amazonaws.com",
        subjects=(f"{form}:{context}" for context in contexts for form in forms),
        claims={"repository_id": repository_id} if wish.identity and not wish.issuer else {},
        notes=notes,
    )


def _gitlab(wish: Wish) -> Trust:
    if wish.environments:
        raise _cannot_tell("environments", "Limit the branch instead, and protect it and the environment in GitLab.")
    _must_choose(wish)
    branches = ("*",) if wish.pull_requests else wish.branches
    refs = [*(f"branch:ref:{branch}" for branch in branches), *(f"tag:ref:{tag}" for tag in wish.tags)]
    notes = [*_about_patterns(wish)]
    if wish.issuer:
        notes.append(
            "a GitLab older than 18.2.2 lets a fork's merge request in as well, when a member runs its pipeline in this project"
        )
    if wish.pull_requests:
        notes.append("GitLab's tokens do not tell merge requests from branches: every branch may take this role")
    notes.append(f"AWS must be able to fetch {wish.issuer or 'https://gitlab.com'}/.well-known/openid-configuration")
    return _trust(
        wish,
        issuer="https://gitlab.com",
        audience="sts.amazonaws.com",
        subjects=(f"project_path:{wish.repository}:ref_type:{ref}" for ref in refs),
        notes=notes,
    )


def _bitbucket(wish: Wish) -> Trust:
    """``sub`` is ``{REPOSITORY}:{STEP}``, or ``{REPOSITORY}:{ENVIRONMENT}:{STEP}`` in a deployment; braces included."""
    if _refs(wish):
        raise _cannot_tell(
            "branches and tags",
            "Use --environment with the UUID of a deployment, and limit the deployment to the branch.",
        )
    workspace, _, repository = wish.repository.partition("/")
    for environment in wish.environments:
        if not re.fullmatch(rf"\{{{_UUID}\}}", environment):
            raise ConfigurationError(
                f"--environment must be the UUID of a deployment, in braces, not {environment!r}",
                fix="copy it from Repository settings → OpenID Connect",
            )
    if not re.fullmatch(rf"ari:cloud:bitbucket::workspace/{_UUID}", wish.audience):
        raise ConfigurationError(
            f"--audience must be ari:cloud:bitbucket::workspace/UUID for bitbucket, not {wish.audience!r}",
            fix="copy it from Repository settings → OpenID Connect",
        )
    if not (wish.environments or wish.pull_requests):
        raise _too_much(
            "every step of the repository could", "give --environment {UUID}, or --pull-requests for all steps"
        )
    subjects = [f"{repository}:*"] if wish.pull_requests else [f"{repository}:{one}:*" for one in wish.environments]
    all_steps = "every step of the repository may take this role: the tokens do not tell pull requests"
    return _trust(
        wish,
        issuer=f"https://api.bitbucket.org/2.0/workspaces/{quote(workspace)}/pipelines-config/identity/oidc",
        audience=wish.audience,
        subjects=subjects,
        notes=[all_steps if wish.pull_requests else "`*` stands for the step, which has another UUID in each pipeline"],
    )


def _circleci(wish: Wish) -> Trust:
    """The second form of the token has the origin and the branch in its subject."""
    if wish.environments or wish.pull_requests:
        raise _cannot_tell("environments and pull requests", "Use --branch, or a context that only some may use.")
    organization, _, project = wish.repository.partition("/")
    subject = f"org/{organization}/project/{project}/user/{_ANY_UUID}"
    if _refs(wish) and not re.fullmatch(rf"{_WORD}(?:/{_WORD})+", wish.origin):
        raise ConfigurationError(
            "--branch and --tag need --origin for circleci, such as github.com/team/shop",
            why="A fork may have a branch or a tag of the same name.",
            fix="name the repository as in the token's `oidc.circleci.com/vcs-origin`",
        )
    if not _refs(wish):
        raise _too_much(
            "every branch of the project, and forks that are given secrets, could", "give --branch and --origin"
        )
    return _trust(
        wish,
        issuer=f"https://oidc.circleci.com/org/{organization}",
        audience=organization,
        subjects=(f"{subject}/vcs-origin/{wish.origin}/vcs-ref/{ref}" for ref in _refs(wish)),
        notes=[*_about_patterns(wish), "`?` stands for one sign of the UUID of the user who started the pipeline"],
    )


def _trust(
    wish: Wish,
    *,
    issuer: str,
    audience: str,
    subjects: Iterable[str],
    notes: Iterable[str],
    claims: Mapping[str, str] | None = None,
) -> Trust:
    return Trust(
        issuer=wish.issuer or issuer,
        audience=wish.audience or audience,
        subjects=tuple(subjects),
        claims=claims or {},
        notes=tuple(notes),
        account=wish.account,
        partition=wish.partition,
    )


def _refs(wish: Wish) -> list[str]:
    return [*(f"refs/heads/{branch}" for branch in wish.branches), *(f"refs/tags/{tag}" for tag in wish.tags)]


def _about_patterns(wish: Wish) -> list[str]:
    patterns = {
        "push a branch": [name for name in wish.branches if {"*", "?"} & set(name)],
        "push a tag": [name for name in wish.tags if {"*", "?"} & set(name)],
        "deploy to an environment": [name for name in wish.environments if {"*", "?"} & set(name)],
    }
    signs = "(`*`: any text, `?`: one sign)"
    return [
        f"{', '.join(names)}: whoever may {doing} of such a name may take this role {signs}"
        for doing, names in patterns.items()
        if names
    ]


def _must_choose(wish: Wish) -> None:
    if not (_refs(wish) or wish.environments or wish.pull_requests):
        fix = "give --branch main, --tag 'v*', --environment NAME or --pull-requests; `--branch '*'` for every branch"
        raise _too_much("whoever may push any branch could", fix)


def _too_much(who: str, fix: str) -> ConfigurationError:
    return ConfigurationError(
        "which runs of the repository may take the role is not said",
        why=f"Without that, {who} deploy with it.",
        fix=fix,
    )


def _cannot_tell(what: str, fix: str) -> ConfigurationError:
    return ConfigurationError(
        f"the tokens of this CI system do not tell {what} where AWS could look",
        why="AWS compares issuer, audience and subject only.",
        fix=fix,
    )


_MAKERS: Mapping[str, Callable[[Wish], Trust]] = {
    "github": _github,
    "gitlab": _gitlab,
    "bitbucket": _bitbucket,
    "circleci": _circleci,
}

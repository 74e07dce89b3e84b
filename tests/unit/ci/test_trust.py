"""Trust policies, judged over tokens as the CI systems issue them: those meant are let in, everybody else stays out."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_ci.ci.trust import LONGEST, trust
from lambda_ci.errors import ConfigurationError
from lambda_ci.model.trust import Wish
from tests.fakes.trust_judge import admits

if TYPE_CHECKING:
    from collections.abc import Mapping

A, B, C = (f"{sign * 8}-{sign * 4}-{sign * 4}-{sign * 4}-{sign * 12}" for sign in "abc")
GITHUB = {"iss": "https://token.actions.githubusercontent.com", "aud": "sts.amazonaws.com", "repository_id": "456"}
GITLAB = {"iss": "https://gitlab.com", "aud": "sts.amazonaws.com"}
BITBUCKET = {
    "iss": "https://api.bitbucket.org/2.0/workspaces/team/pipelines-config/identity/oidc",
    "aud": f"ari:cloud:bitbucket::workspace/{A}",
}
CIRCLECI = {"iss": f"https://oidc.circleci.com/org/{A}", "aud": A}
MAIN = Wish(system="github", repository="octo/shop", branches=("main",))
PINNED = replace(MAIN, identity=("123", "456"))
GROUP = Wish(system="gitlab", repository="team/sub/shop", branches=("main",))
STEPS = Wish(system="bitbucket", repository=f"team/{{{B}}}", environments=(f"{{{C}}}",), audience=str(BITBUCKET["aud"]))
PROJECT = Wish(system="circleci", repository=f"{A}/{B}", branches=("main",), origin="github.com/team/shop")
USER = f"org/{A}/project/{B}/user/{C}"


def judged(wish: Wish, token: Mapping[str, str]) -> bool:
    """By the statement's own rules, and where it is installed by those of the embedded AWS as well."""
    policy = json.loads(json.dumps(trust(wish).document))
    verdict = admits(policy, token)
    try:
        embedded = importlib.import_module("ministack.core.iam_evaluator")
    except ImportError:
        return verdict
    provider = token["iss"].removeprefix("https://")
    principal = f"arn:{wish.partition}:iam::{wish.account}:oidc-provider/{provider}"
    context = embedded.EvalContext(
        principal_arn=principal,
        principal_type="WebIdentityUser",
        principal_account=wish.account,
        action="sts:AssumeRoleWithWebIdentity",
        resource_arn="*",
        region="eu-west-1",
        service_context={f"{provider}:{name}".lower(): value for name, value in token.items()},
    )
    assert embedded.evaluate_trust_policy(policy, principal, context) == verdict
    return verdict


@pytest.mark.parametrize(
    ("wish", "subject", "admitted"),
    [
        (MAIN, "repo:octo/shop:ref:refs/heads/main", True),
        (MAIN, "repo:octo@123/shop@456:ref:refs/heads/main", True),
        (MAIN, "repo:octo/shop:ref:refs/heads/other", False),
        (MAIN, "repo:octo/shop:ref:refs/tags/main", False),
        (MAIN, "repo:octo/shop:pull_request", False),
        (MAIN, "repo:octo/shop:environment:main", False),
        (MAIN, "repo:octo/shop2:ref:refs/heads/main", False),
        (MAIN, "repo:octo/other:ref:refs/heads/main", False),
        (MAIN, "repo:octocat/shop:ref:refs/heads/main", False),
        (MAIN, "repo:octo@1/evil@2:ref:refs/heads/shop@3/main", False),
        (MAIN, "repo:octo@1/evil@2:environment:/shop@3%3Aref%3Arefs/heads/main", False),
        (PINNED, "repo:octo/shop:ref:refs/heads/main", True),
        (PINNED, "repo:octo@123/shop@456:ref:refs/heads/main", True),
        (PINNED, "repo:octo@124/shop@456:ref:refs/heads/main", False),
        (PINNED, "repo:octo@123/shop@457:ref:refs/heads/main", False),
        (replace(MAIN, branches=("release/*",)), "repo:octo/shop:ref:refs/heads/release/1.2", True),
        (replace(MAIN, branches=("release/*",)), "repo:octo/shop:ref:refs/heads/main", False),
        (replace(MAIN, branches=(), tags=("v*",)), "repo:octo/shop:ref:refs/tags/v1.2", True),
        (replace(MAIN, branches=(), tags=("v*",)), "repo:octo@123/shop@456:ref:refs/tags/v1.2", True),
        (replace(MAIN, branches=(), tags=("v*",)), "repo:octo/shop:ref:refs/heads/v1.2", False),
        (replace(MAIN, branches=(), environments=("prod",)), "repo:octo/shop:environment:prod", True),
        (replace(MAIN, branches=(), environments=("prod",)), "repo:octo@1/shop@2:environment:prod", True),
        (replace(MAIN, branches=(), environments=("prod",)), "repo:octo/shop:environment:production", False),
        (replace(MAIN, branches=(), environments=("a:b",)), "repo:octo/shop:environment:a%3Ab", True),
        (replace(MAIN, branches=(), pull_requests=True), "repo:octo/shop:pull_request", True),
        (replace(MAIN, branches=(), pull_requests=True), "repo:octo/shop:ref:refs/heads/main", False),
    ],
)
def test_github(wish: Wish, subject: str, admitted: bool) -> None:
    assert judged(wish, {**GITHUB, "sub": subject}) is admitted


def test_a_repository_that_takes_over_the_name_has_another_number() -> None:
    token = {**GITHUB, "sub": "repo:octo/shop:ref:refs/heads/main"}
    assert judged(PINNED, token)
    assert not judged(PINNED, {**token, "repository_id": "789"})


@pytest.mark.parametrize(
    ("wish", "subject", "admitted"),
    [
        (GROUP, "project_path:team/sub/shop:ref_type:branch:ref:main", True),
        (GROUP, "project_path:team/sub/shop:ref_type:tag:ref:main", False),
        (replace(GROUP, branches=(), tags=("v*",)), "project_path:team/sub/shop:ref_type:tag:ref:v1", True),
        (replace(GROUP, branches=(), tags=("v*",)), "project_path:team/sub/shop:ref_type:branch:ref:v1", False),
        (GROUP, "project_path:team/sub/shop:ref_type:branch:ref:main2", False),
        (GROUP, "project_path:team/shop:ref_type:branch:ref:main", False),
        (GROUP, "project_path:evil/team/sub/shop:ref_type:branch:ref:main", False),
        (replace(GROUP, pull_requests=True), "project_path:team/sub/shop:ref_type:branch:ref:feature", True),
        (replace(GROUP, pull_requests=True), "project_path:team/sub/other:ref_type:branch:ref:feature", False),
    ],
)
def test_gitlab(wish: Wish, subject: str, admitted: bool) -> None:
    assert judged(wish, {**GITLAB, "sub": subject}) is admitted


@pytest.mark.parametrize(
    ("wish", "subject", "admitted"),
    [
        (STEPS, f"{{{B}}}:{{{C}}}:{{{A}}}", True),
        (STEPS, f"{{{B}}}:{{{A}}}:{{{C}}}", False),
        (STEPS, f"{{{B}}}:{{{C}}}", False),
        (STEPS, f"{{{A}}}:{{{C}}}:{{{A}}}", False),
        (replace(STEPS, environments=(), pull_requests=True), f"{{{B}}}:{{{A}}}", True),
        (replace(STEPS, environments=(), pull_requests=True), f"{{{A}}}:{{{B}}}", False),
    ],
)
def test_bitbucket(wish: Wish, subject: str, admitted: bool) -> None:
    assert judged(wish, {**BITBUCKET, "sub": subject}) is admitted


@pytest.mark.parametrize(
    ("subject", "admitted"),
    [
        (f"{USER}/vcs-origin/github.com/team/shop/vcs-ref/refs/heads/main", True),
        (f"{USER}/vcs-origin/github.com/team/shop/vcs-ref/refs/heads/other", False),
        (f"{USER}/vcs-origin/github.com/evil/shop/vcs-ref/refs/heads/main", False),
        (
            f"{USER}/vcs-origin/github.com/evil/shop/vcs-ref/refs/heads/x/vcs-origin/github.com/team/shop/vcs-ref/refs/heads/main",
            False,
        ),
        (USER, False),
    ],
)
def test_circleci(subject: str, admitted: bool) -> None:
    assert judged(PROJECT, {**CIRCLECI, "sub": subject}) is admitted


@pytest.mark.parametrize(
    ("wish", "token"),
    [
        (MAIN, {**GITHUB, "sub": "repo:octo/shop:ref:refs/heads/main"}),
        (GROUP, {**GITLAB, "sub": "project_path:team/sub/shop:ref_type:branch:ref:main"}),
        (STEPS, {**BITBUCKET, "sub": f"{{{B}}}:{{{C}}}:{{{A}}}"}),
        (PROJECT, {**CIRCLECI, "sub": f"{USER}/vcs-origin/github.com/team/shop/vcs-ref/refs/heads/main"}),
    ],
)
def test_tokens_for_somebody_else_or_of_another_issuer_stay_out(wish: Wish, token: dict[str, str]) -> None:
    assert judged(wish, token)
    assert not judged(wish, {**token, "aud": "somebody-else"})
    assert not judged(wish, {**token, "iss": "https://evil.example"})
    assert not judged(wish, {name: value for name, value in token.items() if name != "sub"})


@pytest.mark.parametrize(
    ("wish", "issuer"),
    [(MAIN, "https://git.example/_services/token"), (GROUP, "https://gitlab.example:8443")],
)
def test_a_server_of_ones_own_is_another_issuer(wish: Wish, issuer: str) -> None:
    found = trust(replace(wish, issuer=issuer, account="123456789012", partition="aws-us-gov"))
    provider = issuer.removeprefix("https://")
    statement: Any = found.document["Statement"]
    principal = f"arn:aws-us-gov:iam::123456789012:oidc-provider/{provider}"
    assert statement[0]["Principal"] == {"Federated": principal}
    assert all(key.startswith(f"{provider}:") for keys in statement[0]["Condition"].values() for key in keys)


def test_aws_looks_at_numbers_in_tokens_of_github_com_only() -> None:
    """A condition on a claim that AWS does not know of would let nobody in."""
    issuer = "https://git.example/_services/token"
    wish = replace(PINNED, issuer=issuer)
    token = {"iss": issuer, "aud": "sts.amazonaws.com", "sub": "repo:octo/shop:ref:refs/heads/main"}
    assert judged(wish, token)
    assert not judged(wish, {**token, "sub": "repo:octo@9/shop@456:ref:refs/heads/main"})
    assert "repository_id" in " ".join(trust(wish).notes)
    assert "repository_id" not in " ".join(trust(PINNED).notes)


def test_a_tag_of_circleci_is_none_of_a_fork() -> None:
    wish = replace(PROJECT, branches=(), tags=("v*",))
    for origin, ref, admitted in (
        ("team", "refs/tags/v1", True),
        ("evil", "refs/tags/v1", False),
        ("team", "refs/heads/v1", False),
    ):
        token = {**CIRCLECI, "sub": f"{USER}/vcs-origin/github.com/{origin}/shop/vcs-ref/{ref}"}
        assert judged(wish, token) is admitted


@pytest.mark.parametrize(("branches", "told"), [(8, False), (30, True)])
def test_a_policy_that_iam_will_not_take_is_told_of(branches: int, told: bool) -> None:
    found = trust(replace(MAIN, branches=tuple(f"team-{number}/main" for number in range(branches))))
    size = len(json.dumps(found.document, separators=(",", ":")))
    assert (size > LONGEST) is told
    assert (f"this one has {size}" in " ".join(found.notes)) is told


def test_what_a_pattern_lets_in_is_said() -> None:
    wish = replace(PINNED, branches=("main", "release/*"), tags=("v*",), environments=("prod-?",))
    told = " ".join(trust(wish).notes)
    assert "release/*: whoever may push a branch" in told
    assert "v*: whoever may push a tag" in told
    assert "prod-?: whoever may deploy to an environment" in told
    assert "main:" not in told


def test_a_gitlab_of_ones_own_may_be_an_old_one() -> None:
    assert "18.2.2" in " ".join(trust(replace(GROUP, issuer="https://gitlab.example")).notes)
    assert "18.2.2" not in " ".join(trust(GROUP).notes)


def test_china_has_an_audience_of_its_own() -> None:
    assert trust(replace(MAIN, partition="aws-cn")).audience == "sts.amazonaws.com.cn"


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (replace(MAIN, repository="*"), "--repo must be OWNER/REPOSITORY"),
        (replace(MAIN, repository="octo/*"), "--repo must be"),
        (replace(MAIN, repository="octo/sho?"), "--repo must be"),
        (replace(MAIN, repository="octo"), "--repo must be"),
        (replace(MAIN, repository=""), "--repo must be"),
        (replace(MAIN, repository="octo/shop\n"), "--repo must be"),
        (replace(MAIN, branches=()), "is not said"),
        (replace(MAIN, branches=("",)), "cannot stand"),
        (replace(MAIN, branches=("${aws:username}",)), "cannot stand"),
        (replace(MAIN, branches=("refs/heads/main",)), "is a reference"),
        (replace(MAIN, identity=("123", "")), "must be numbers"),
        (replace(MAIN, identity=("*", "*")), "must be numbers"),
        (replace(MAIN, issuer="http://git.example"), "--issuer must be"),
        (replace(MAIN, issuer="https://git.example/"), "--issuer must be"),
        (replace(MAIN, issuer="https://*"), "--issuer must be"),
        (replace(GROUP, repository="team/*"), "--repo must be GROUP/PROJECT"),
        (replace(GROUP, branches=()), "is not said"),
        (replace(GROUP, environments=("prod",)), "do not tell environments"),
        (replace(STEPS, repository="team/shop"), "--repo must be WORKSPACE/{REPOSITORY-UUID}"),
        (replace(STEPS, audience=""), "--audience must be"),
        (replace(STEPS, environments=()), "is not said"),
        (replace(STEPS, environments=("*",)), "must be the UUID"),
        (replace(STEPS, branches=("main",)), "do not tell branches"),
        (replace(STEPS, tags=("v*",)), "do not tell branches and tags"),
        (replace(MAIN, tags=("refs/tags/v1",)), "is a reference"),
        (replace(PROJECT, branches=(), tags=("v*",), origin=""), "need --origin"),
        (replace(PROJECT, repository=f"{A}/*"), "--repo must be ORGANIZATION-ID/PROJECT-ID"),
        (replace(PROJECT, branches=()), "is not said"),
        (replace(PROJECT, origin=""), "need --origin"),
        (replace(PROJECT, origin="github.com/*"), "need --origin"),
        (replace(PROJECT, pull_requests=True), "do not tell"),
    ],
)
def test_what_is_not_clear_or_too_much_is_refused(wish: Wish, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words.replace("{", r"\{")) as refused:
        trust(wish)
    assert refused.value.fix


OTHERS = st.from_regex(r"repo:[a-z@0-9]{1,6}/[a-z@0-9]{1,6}:(ref:refs/heads/[a-z/@]{1,8}|pull_request)", fullmatch=True)


@given(OTHERS)
def test_no_other_repository_is_let_in(subject: str) -> None:
    token = {**GITHUB, "sub": subject}
    owner, _, name = subject.removeprefix("repo:").partition(":")[0].partition("/")
    same = owner.partition("@")[0] == "octo" and name.partition("@")[0] == "shop"
    assert same or not admits(trust(MAIN).document, token)

"""Which run of which CI system this is, as its own variables tell: addresses that anybody with the rights can open."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from lambda_ci.adapters.url import public
from lambda_ci.ci.known import Known, known
from lambda_ci.model.inventory import Repository, Run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Variables = Mapping[str, str]


def run_of(environ: Mapping[str, str]) -> Run | None:
    """``None`` on a machine that is no known CI system's."""
    system = known(environ)
    return _RUNS[system](environ) if system else None


def _github(environ: Variables) -> Run:
    """docs.github.com, variables; the builder as GitHub's own attestations name it."""
    server = environ.get("GITHUB_SERVER_URL", "https://github.com")
    repository = f"{server}/{environ.get('GITHUB_REPOSITORY', '')}"
    number, attempt = environ.get("GITHUB_RUN_ID", ""), environ.get("GITHUB_RUN_ATTEMPT", "1")
    return Run(
        builder=f"{server}/actions/runner/{environ.get('RUNNER_ENVIRONMENT') or 'unknown'}",
        invocation=f"{repository}/actions/runs/{number}/attempts/{attempt}" if number else "",
        number=number,
        repository=_repository(environ, "GITHUB_SHA", repository),
    )


def _gitlab(environ: Variables) -> Run:
    """docs.gitlab.com, predefined variables; the builder as GitLab's own provenance names it."""
    project = environ.get("CI_PROJECT_URL", "")
    return Run(
        builder=f"{project}/-/runners/{environ.get('CI_RUNNER_ID', '')}",
        invocation=environ.get("CI_JOB_URL", ""),
        number=environ.get("CI_JOB_ID", ""),
        repository=_repository(environ, "CI_COMMIT_SHA", project),
    )


def _bitbucket(environ: Variables) -> Run:
    """support.atlassian.com, variables and secrets. The origin begins with ``http:``, and the step's name has braces."""
    origin = environ.get("BITBUCKET_GIT_HTTP_ORIGIN", "").replace("http://", "https://", 1)
    number, step = environ.get("BITBUCKET_BUILD_NUMBER", ""), quote(environ.get("BITBUCKET_STEP_UUID", ""))
    return Run(
        builder="https://bitbucket.org/product/features/pipelines",
        invocation=f"{public(origin)}/pipelines/results/{number}/steps/{step}" if number else "",
        number=number,
        repository=_repository(environ, "BITBUCKET_COMMIT", origin),
    )


def _circleci(environ: Variables) -> Run:
    """circleci.com/docs, built-in environment variables."""
    return Run(
        builder="https://circleci.com",
        invocation=environ.get("CIRCLE_BUILD_URL", ""),
        number=environ.get("CIRCLE_BUILD_NUM", ""),
        repository=_repository(environ, "CIRCLE_SHA1", environ.get("CIRCLE_REPOSITORY_URL", "")),
    )


def _azure(environ: Variables) -> Run:
    """learn.microsoft.com, predefined variables of Azure Pipelines."""
    collection, project = environ.get("SYSTEM_COLLECTIONURI", ""), environ.get("SYSTEM_TEAMPROJECT", "")
    number = environ.get("BUILD_BUILDID", "")
    return Run(
        builder=collection or "https://dev.azure.com",
        invocation=f"{collection}{project}/_build/results?buildId={number}" if number else "",
        number=number,
        repository=_repository(environ, "BUILD_SOURCEVERSION", environ.get("BUILD_REPOSITORY_URI", "")),
    )


def _jenkins(environ: Variables) -> Run:
    """jenkins.io, using environment variables; those of git are the plugin's, and no address is there where none was set up."""
    return Run(
        builder=environ.get("JENKINS_URL") or "https://www.jenkins.io",
        invocation=environ.get("BUILD_URL", ""),
        number=environ.get("BUILD_NUMBER", ""),
        repository=_repository(environ, "GIT_COMMIT", environ.get("GIT_URL", "")),
    )


def _repository(environ: Variables, commit: str, url: str) -> Repository | None:
    found = environ.get(commit, "")
    return Repository(commit=found, url=public(url)) if found else None


_RUNS: Mapping[Known, Callable[[Variables], Run]] = {
    Known.GITHUB: _github,
    Known.GITLAB: _gitlab,
    Known.BITBUCKET: _bitbucket,
    Known.CIRCLECI: _circleci,
    Known.AZURE: _azure,
    Known.JENKINS: _jenkins,
}

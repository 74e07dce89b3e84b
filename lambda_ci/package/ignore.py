"""Which files of ``source`` stay out: the defaults below, then ``.lambdaignore``, then ``exclude``; the last match decides.

The patterns are those of .gitignore, so ``!NAME`` brings back what an earlier pattern leaves out. As in git, a file
cannot be brought back while its folder stays out.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from lambda_ci.errors import PackageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

IGNORE_FILE = ".lambdaignore"

DEFAULTS = (
    *(
        ".git",
        ".hg",
        ".svn",
        ".bzr",
        ".gitignore",
        ".gitattributes",
        ".gitmodules",
        ".github",
        ".gitlab",
        ".gitlab-ci.yml",
        ".bitbucket",
        "bitbucket-pipelines.yml",
        ".circleci",
        "azure-pipelines.yml",
        "Jenkinsfile",
    ),
    *("__pycache__", "*.py[cod]", "*.egg-info", ".venv", "venv", "node_modules"),
    *(
        ".mypy_cache",
        ".ruff_cache",
        ".pytest_cache",
        ".hypothesis",
        ".tox",
        ".nox",
        ".coverage",
        ".coverage.*",
        "htmlcov",
    ),
    *(".env", ".env.*", ".envrc", ".netrc", ".aws"),
    *(".DS_Store", "Thumbs.db", ".idea", ".vscode", "*.swp"),
    *(".aws-sam", ".serverless", ".terraform", "cdk.out"),
    *("/lambda-ci.yml", "/lambda-ci.yaml", IGNORE_FILE),
)
"""What hardly any function needs: version control, secrets, caches, environments, editors, other tools' folders, our own files."""

_SPECIAL = re.compile(r"([\\*?\[\]!# ])")


def rules(source: Path, exclude: Iterable[str], *, also: Iterable[str] = ()) -> GitIgnoreSpec:
    """The patterns of a source folder. ``also``: paths in it, relative, that stay out unless a pattern brings them back.

    Raises ``PackageError`` for a pattern or an ignore file that makes no sense.
    """
    from pathspec import GitIgnoreSpec

    patterns = [*_defaults(), *_compiled([_exactly(path) for path in also], "the defaults")]
    patterns += _compiled(_lines(source / IGNORE_FILE), str(source / IGNORE_FILE))
    return GitIgnoreSpec([*patterns, *_compiled(list(exclude), "exclude")])


@cache
def _defaults() -> tuple[GitIgnoreSpecPattern, ...]:
    return tuple(_compiled(DEFAULTS, "the defaults"))


def _exactly(path: str) -> str:
    return "/" + _SPECIAL.sub(r"\\\1", path)


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8-sig").splitlines()
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        raise PackageError(
            f"{file} is not UTF-8 text: byte {error.start} is 0x{error.object[error.start]:02x}",
            fix="Save it as UTF-8.",
        ) from error
    except OSError as error:
        raise PackageError(f"{file} cannot be read: {error.strerror}", fix="Make it a readable text file.") from error


def _compiled(lines: Sequence[str], origin: str) -> list[GitIgnoreSpecPattern]:
    return [_pattern(line, f"{origin}:{number}") for number, line in enumerate(lines, 1)]


def _pattern(line: str, origin: str) -> GitIgnoreSpecPattern:
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    try:
        pattern = GitIgnoreSpecPattern(line)
    except (ValueError, re.error) as error:
        raise _invalid(line, origin) from error
    if pattern.include is None and line.strip() and not line.startswith("#"):
        raise _invalid(line, origin)
    return pattern


def _invalid(line: str, origin: str) -> PackageError:
    return PackageError(
        f"{origin}: {line!r} is not a pattern",
        why="It would match nothing.",
        fix="Write it as in a .gitignore file; a backslash before a special character takes away its meaning.",
    )

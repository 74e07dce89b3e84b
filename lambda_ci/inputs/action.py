"""What a container action is given: one variable ``INPUT_<NAME>`` per input, dashes kept, empty where it was left out.

Source: actions/runner, src/Runner.Worker/Handlers/ContainerActionHandler.cs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_PREFIX = "INPUT_"
PIPE = "BITBUCKET_PIPE_STORAGE_DIR"
"""A folder that every pipe has of its own, and no other container."""


def from_environ(environ: Mapping[str, str]) -> dict[str, str] | None:
    """The action's inputs by name, in lower case; ``None`` where no input is given, outside an action."""
    given = {name.removeprefix(_PREFIX).lower(): value for name, value in environ.items() if name.startswith(_PREFIX)}
    return given or None


def without_arguments(environ: Mapping[str, str]) -> dict[str, str] | None:
    """The same where no arguments were given, as in a pipe of Bitbucket: that has plain variables as well, and is never ``None``."""
    given = from_environ(environ)
    if not environ.get(PIPE):
        return given
    from lambda_ci.inputs.pipe import variables

    return variables(environ) | (given or {})

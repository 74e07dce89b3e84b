"""Whether the right wheel came out of a build."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from lambda_ci.errors import BuildError
from lambda_ci.model.misfit import accepted, fits

if TYPE_CHECKING:
    from pathlib import Path

    from lambda_ci.wheels.builders.source import Job

_REPORT = "that is a fault of the package's build: report it there, or take another version"


def the_wheel(job: Job, folder: Path, *, only_pure: bool) -> tuple[Path, str]:
    """The one wheel in a folder, and its version. Raises BuildError where it is another package, version or target.

    ``only_pure``: the interpreter was not the target's; what is not pure is the caller's business.
    """
    from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
    from packaging.version import Version

    label = job.source.label
    wheels = [path for path in folder.iterdir() if path.suffix == ".whl"]
    if len(wheels) != 1 or not zipfile.is_zipfile(wheels[0]):
        found = ", ".join(path.name for path in wheels) or "nothing"
        raise BuildError(f"building {label} gave no wheel", why=f"it gave {found}", fix=_REPORT)
    path = wheels[0]
    try:
        name, version = parse_wheel_filename(path.name)[:2]
    except InvalidWheelFilename as error:
        raise BuildError(f"building {label} gave {path.name}", why=str(error), fix=_REPORT) from error
    if canonicalize_name(job.source.name) != name:
        raise BuildError(f"building {label} gave {path.name}", why="which is another package", fix=_REPORT)
    if job.source.version and Version(job.source.version) != version:
        raise BuildError(f"building {label} gave {path.name}", why="which is another version", fix=_REPORT)
    if not (fits(path.name, job.target) or (only_pure and not is_pure(path.name))):
        raise _unfit(job, path.name)
    return path, str(version)


def is_pure(filename: str) -> bool:
    """Whether a wheel of this name holds nothing that was compiled for a machine."""
    return filename.removesuffix(".whl").endswith("-none-any")


def _unfit(job: Job, filename: str) -> BuildError:
    return BuildError(
        f"the wheel that was built of {job.source.label} does not run on {job.target}",
        why=f"it is {filename}; {accepted(job.target)}",
        fix="build it in an image of the runtime (build.image), or choose another runtime or architecture",
    )

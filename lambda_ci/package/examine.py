"""What is found out about a wheel once, as soon as it is there: the audit's note and the bill of materials', beside it.

A wheel never changes, so that this can be done while others are still on their way.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from lambda_ci.errors import PackageError
from lambda_ci.package.archive import opened
from lambda_ci.package.audit.contents import contents
from lambda_ci.package.audit.notes import Notes
from lambda_ci.package.inventory.inventory import said_by
from lambda_ci.package.inventory.notes import Records

if TYPE_CHECKING:
    from lambda_ci.model.artifact import Wheel


def examine(wheel: Wheel, *, inventory: bool) -> None:
    """Leave the notes. ``inventory``: whether there will be a bill of materials.

    What is wrong with a wheel is said when a package is made of it.
    """
    with suppress(PackageError), opened(wheel) as archive:
        files = archive.files()
        notes = Notes()
        if notes.find(wheel) is None:
            notes.keep(wheel, *contents([files]))
        if inventory:
            Records().of(wheel, lambda _wheel: said_by(files))

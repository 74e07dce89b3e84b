"""How long Lambda took to make an environment ready, as the end of a function's log tells it.

Source: docs.aws.amazon.com/lambda/latest/dg, "Working with Lambda function logs": the REPORT line of a text log, the record
``platform.report`` of a JSON log; with SnapStart it is the time to restore.
"""

from __future__ import annotations

import re

_TEXT = re.compile(r"^REPORT RequestId: .*?\t(?:Init|Restore) Duration: (\d+(?:\.\d+)?) ms", re.MULTILINE)
_JSON = re.compile(
    r'^\{.*"type":\s*"platform\.(?:report|restoreReport)".*"(?:init|restore)DurationMs":\s*(\d+(?:\.\d+)?)',
    re.MULTILINE,
)
_LONGEST = 1_000_000.0
"""Milliseconds: what is more was written by somebody else."""


def init_seconds(log_tail: str) -> float | None:
    """Of the last report in the log; ``None`` where the environment was there already, or the log does not tell."""
    found = [float(text) for pattern in (_TEXT, _JSON) for text in pattern.findall(log_tail)]
    return found[-1] / 1000 if found and found[-1] < _LONGEST else None

"""What all tests share."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
"""No test is timed: a busy machine proves nothing."""

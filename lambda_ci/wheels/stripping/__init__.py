"""Shared libraries without debug symbols: made once for each wheel, checked, and kept beside it."""

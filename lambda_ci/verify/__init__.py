"""The verify stage: smoke cases and a published version in, a result for each case out. ``expectations`` judges, ``invoke`` asks."""

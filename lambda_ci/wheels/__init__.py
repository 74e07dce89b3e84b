"""The wheels stage: a lock in, checked wheels on this machine out. Of each package one file: the best for the target.

``choose`` decides (pure), ``fetch`` takes from the cache (``store``), downloads, or has ``builders`` make what has no wheel.
``bytecode`` and ``stripping`` prepare changed files once for each wheel and keep them beside it.
"""

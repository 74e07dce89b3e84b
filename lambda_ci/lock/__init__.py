"""The lock stage: a dependency file of any kind in, a lock (PEP 751) for one target out. ``resolve.lock`` is the way in.

file ─▶ kinds (which?) ─▶ read (one reader a kind) ─▶ Source ─▶ solve (uv) ─▶ pylock ─▶ Lock
"""

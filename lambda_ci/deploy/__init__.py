"""The deploy stage: a declared function and a package in, a published version in front of its callers out.

    desired ─┐
    current ─┴▶ changes.plan ─▶ apply.apply ─▶ (the caller's tests) ─▶ rollout ─▶ finish

``desired`` and ``changes`` are pure, and a dry run ends after them. ``apply`` is one loop over the plan; each kind of thing has its own
room in ``resources``. Every write goes through ``writing`` or ``beside``: sent only while something differs, repeated where time heals,
so that a run that was killed is finished by the next one. What AWS must allow for all this is the table in ``rights``.
"""

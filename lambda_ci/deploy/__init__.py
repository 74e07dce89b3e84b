"""The deploy stage: a declared function and a package in, a published version in front of its callers out.

    desired ─┐
    current ─┴▶ plan.changes ─▶ apply ─▶ (the caller's tests) ─▶ rollout ─▶ after_release

``desired`` and ``plan`` are pure, and a dry run ends after them. ``apply`` is one loop over the plan. Each kind of thing has its own
file in ``resources`` or ``triggers``: what it is, how it is read, compared and written. Every write goes through ``writes``: sent only
while something differs, repeated where time heals, so that a run that was killed is finished by the next one. ``staging`` brings
packages to S3, ``package_diff`` tells what is new in one. What AWS must allow for all this is the table in ``iam``.
"""

"""The table of rights: each action that is asked of AWS, with the verbs and settings that need it. ``table`` puts the files together.

``lambda-ci policy``, docs/permissions.md and what a denied request advises come from it; tests hold it against the requests that are made.
"""

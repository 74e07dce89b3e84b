"""The configuration, version 1: every key that a user can write, with its meaning.

The JSON schema, the reference in ``docs/``, the flags and the inputs in ``action.yml`` are generated from these models.
Beside the fields below, a function takes every member of Lambda's CreateFunction, UpdateFunctionConfiguration and
UpdateFunctionCode under its kebab-case name (``memory-size``, ``vpc-config`` …); the door checks those against botocore's
service model and leaves them in ``FunctionSpec.members`` under AWS's own names.
"""

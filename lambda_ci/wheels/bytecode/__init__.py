"""Bytecode for the target's Python, compiled once for each wheel and kept beside it.

``program`` and ``marshalled`` are run by that Python: standard library only.
"""

"""Imports the handler from the finished package as Lambda does, in the target's own Python, and judges what came of it.

``supervise`` and ``importing`` are programs for that Python: standard library only. The others run here and trust nothing they report.
"""

"""The CI system that this runs on: its log, its outputs, its pull request, its identity. One file a system, chosen in ``system``.

``system`` and ``marks`` tell which one it is; ``run``, ``pull_request`` and ``trust`` have a reader for each, side by side, because
there they are compared.
"""

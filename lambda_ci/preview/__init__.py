"""Environments of pull requests: how they are named, which of them a sweep removes, and what a forge must be able to do."""

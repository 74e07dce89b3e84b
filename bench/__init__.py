"""The figures in the README, measured against the rivals in the same run: ``python -m bench``."""

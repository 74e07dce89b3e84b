"""``python -m lambda_ci``."""

from lambda_ci.program import run

if __name__ == "__main__":
    run()

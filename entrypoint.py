#!/opt/lambda-ci/venv/bin/python -I
"""The container's entry point: hands the arguments and the environment to lambda_ci.

With arguments it is the command ``lambda-ci``; without them, and with GitHub's ``INPUT_*``, it is the action.
"""

import sys

sys.path.insert(0, "/opt/lambda-ci/src")

from lambda_ci.program import run

run()

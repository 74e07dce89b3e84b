"""The one door to each thing outside: AWS, Docker, uv, git, HTTP, other processes, the file system where it is shared.

Only here are boto3, docker, requests and subprocess imported, and late: ``--help`` and ``check`` load none of them. An adapter turns
what its partner says into the errors of ``lambda_ci.errors`` and knows nothing of stages; whoever calls it decides.
"""

"""LocalStack's functions as processes of this machine: AWS's own runtime client, and the Runtime API in LocalStack's process."""

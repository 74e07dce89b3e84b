"""What this application supplies to its handlers: its configuration, and whom an error is told."""

import os
import traceback

import requests


class Context:
    """Configuration from the environment; errors go to the log and, where ERROR_WEBHOOK is set, to that address."""

    config = os.environ

    def notify(self, error):
        traceback.print_exception(error)
        if webhook := self.config.get("ERROR_WEBHOOK"):
            requests.post(webhook, json={"error": f"{type(error).__name__}: {error}"}, timeout=3)

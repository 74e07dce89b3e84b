"""Moving traffic to a new version in steps, while its errors and the alarms are watched."""

"""Sources to wheels: on this machine or in an image, remembered by everything that went in. ``workshop`` has the order."""

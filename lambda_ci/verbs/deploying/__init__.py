"""From packages to released functions: one function's way, many at once, and the tests between a version and its alias."""

"""What stays out of a package by choice: one file a rule, each a pure filter over lists of files. ``slim`` has their order."""

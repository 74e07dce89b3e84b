"""The verbs of the command line, one module each. Importing them is cheap: the work is imported where it is done."""

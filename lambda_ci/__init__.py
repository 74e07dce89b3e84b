"""Python on AWS Lambda, from source to verified traffic."""

__version__ = "0.1.0"

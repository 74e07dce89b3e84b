"""What is new in the code: the deployed zip file, read from its end, against the new one."""

"""Packages that were made before, on this machine (``local``) and on others (``shared``), each under a key of all that shapes it."""

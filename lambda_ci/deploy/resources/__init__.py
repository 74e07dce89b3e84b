"""One file for each kind of thing on AWS: how it is read, compared with what is declared, and written so that twice does no harm.
They do not know each other.
"""

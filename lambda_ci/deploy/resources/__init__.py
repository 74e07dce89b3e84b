"""One file for each kind of thing on AWS: how it is written so that twice does no harm. They do not know each other."""

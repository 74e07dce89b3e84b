"""Functions from container images: a package or a Dockerfile in, an image by its digest in a registry out. ``maker`` has the order."""

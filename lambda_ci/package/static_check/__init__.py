"""What a package's files tell without being run: whether Lambda finds the handler, its imports, and names that hide others."""

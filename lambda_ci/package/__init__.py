"""The package stage: wheels and the function's own files in, one zip out, whose bytes follow from them alone.

``make`` recalls or assembles; ``assemble`` is the order of the work: sources, merge, slimming, audit, limits, writer. Nothing is
installed or compressed anew. ``import_check`` then imports the handler from the finished zip with the target's own Python.
"""

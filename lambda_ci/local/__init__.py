"""Lambda on this machine: the embedded AWS (ministack) as a process of its own, for ``--local``. ``embedded`` is the way in."""

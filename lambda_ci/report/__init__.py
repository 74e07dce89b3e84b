"""What people and machines read at the end. Every text is a pure function of ``model.result``, so that a test needs no run."""

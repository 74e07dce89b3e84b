"""The verb ``preview`` and what it and ``plan --comment`` need of the forge."""

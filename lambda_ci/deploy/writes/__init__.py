"""How every write is made: sent while something differs, repeated where time heals, and waited for."""

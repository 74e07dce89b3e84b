"""Which functions a change affects. Pure: changed paths and two descriptions of the functions in, a decision for each out."""

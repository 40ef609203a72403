"""The demonstration: a fictional centre, its people, its care and its mail, the same for the same seed."""

"""Privacy: erasing people, telling them what is held, and the record of all of it."""

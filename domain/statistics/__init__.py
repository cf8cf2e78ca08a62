"""Statistics: what many results say together, never about fewer than five people."""

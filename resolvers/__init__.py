"""The graph: types, fields and root operations over the domain."""

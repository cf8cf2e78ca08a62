"""Documented REST APIs as clients of the graph: stored operations, wire names, envelopes."""

"""The schema of the database, as forward steps for SQLite and PostgreSQL."""

HEAD = "0018"
"""The newest step; the server refuses to start on any other schema (Q-12). A test holds it to the files."""

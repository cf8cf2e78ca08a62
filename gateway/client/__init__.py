"""What talks to a running server from outside: no database, no domain but what signs and words a message."""

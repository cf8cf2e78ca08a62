"""Durable jobs: put in the caller's transaction, run by workers, resumed after a crash. Only this package knows the engine."""

"""The process: settings, wiring, HTTP, pages, jobs, and the execution of operations."""

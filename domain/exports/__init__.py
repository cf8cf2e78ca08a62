"""Exports: results as files, made by a job."""

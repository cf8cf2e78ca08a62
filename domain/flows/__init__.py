"""Flows: ordered steps with thresholds that candidates pass one after another."""

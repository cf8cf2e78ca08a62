"""Instruments: what can be taken. The profile questionnaire is a versioned data file."""

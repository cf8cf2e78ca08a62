"""Questionnaires that are taken outside, such as interviews: participants, attempts, results, outcomes."""

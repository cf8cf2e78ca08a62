"""Rankings: the best candidates for a job profile, the best profiles for a candidate; exact, from a matrix of C-values."""

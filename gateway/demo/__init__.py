"""Demo data: an account with a realistic population, made through the real commands with the clock moved."""

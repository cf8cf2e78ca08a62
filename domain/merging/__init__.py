"""One person known twice: merging candidates, and taking it back exactly."""

"""Reports: what results look like on paper and as pictures."""

"""What can be bought: the catalogue, from a data file."""

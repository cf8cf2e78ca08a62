"""What flows show about selection: how far people came, what other thresholds would do, and whether groups fare differently."""

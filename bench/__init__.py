"""What the engine is worth: our gateway against peers, on one database, in paired rounds."""

"""Teams: attempts gathered under a title, what they have in common, and what they export."""

"""What the domain asks of the world outside, answered: mails so far."""

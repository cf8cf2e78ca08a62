"""What tests stand on: throw-away databases, a moved clock, clients, a browser."""

"""Orders: products that an account buys, paid through a payment provider."""

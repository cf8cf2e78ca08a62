"""A small server that speaks the part of Stripe's API that Centil uses, so that all of it runs without a Stripe account."""

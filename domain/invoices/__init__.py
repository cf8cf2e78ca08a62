"""Invoices and credit notes: numbered without a gap, frozen when they are issued, kept as electronic invoices."""

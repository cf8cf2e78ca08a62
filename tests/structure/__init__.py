"""What no reviewer should have to remember."""

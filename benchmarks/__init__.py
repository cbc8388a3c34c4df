"""Commands that measure quality and speed and print tables."""

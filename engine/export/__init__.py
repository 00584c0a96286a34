"""Writing files, opening them again, and saying what they are."""

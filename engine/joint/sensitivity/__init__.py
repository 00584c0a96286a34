"""How much pruning, and how few bits, each layer bears when all others are left as they are."""

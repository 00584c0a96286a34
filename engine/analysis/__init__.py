"""What a model costs, and what its weights look like."""

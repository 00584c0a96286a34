"""What a model is for: how its answers are measured."""

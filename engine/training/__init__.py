"""The training loop, optimizers, and batch norms measured anew."""

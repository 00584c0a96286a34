"""Pruning and quantization on one model, in one training."""

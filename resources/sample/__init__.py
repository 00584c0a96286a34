"""The sample project: SimpleNet, trained on real handwritten digits by ``benchmarks/train_sample.py``."""

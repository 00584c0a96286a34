"""Turns ONNX graphs back into networks of torch's own layers."""

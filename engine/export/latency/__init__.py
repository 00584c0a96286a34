"""Milliseconds of single layers in ONNX Runtime, by their widths."""

"""Item models and proxies."""

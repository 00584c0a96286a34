"""The window of Penjing: shows records and asks the engine; never imports torch."""

"""The archive (``.penjing``): weights entropy-coded for storage and download, without torch.

One range-coded stream holds all tensors: where their zeros lie (:mod:`engine.archive.positions`) and what the others
are (:mod:`engine.archive.words`); :mod:`engine.archive.container` has the file's layout. The idea of coding positions
and symbols with context models is that of DeepCABAC (Wiedemann et al. 2020, section III); that of sending few
parameters of a model beside what it codes is EPR's (Oktay et al. 2020, section 2). Both adapt after every symbol. Here
a model adapts after every block of symbols, so that numpy computes it, and decoding is fast.
"""

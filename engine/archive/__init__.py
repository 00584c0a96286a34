"""The archive (``.penjing``): weights entropy-coded for storage and download, without torch.

One range-coded stream holds all tensors: where their zeros lie (:mod:`engine.archive.positions`) and what the others
are (:mod:`engine.archive.words`); :mod:`engine.archive.container` has the file's layout. That positions
and values of pruned weights are coded with models of their context, which adapt to what was coded before, is DeepCABAC
(Wiedemann et al. 2020); that a few parameters sent beside the weights say how probable each value is, is EPR (Oktay et
al. 2020). Here a model adapts after every block of symbols rather than after each, so that numpy computes it, and
decoding is fast.
"""

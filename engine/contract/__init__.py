"""The records that the window, the terminal and the engine share: no torch, no Qt.

Every record is a frozen :class:`msgspec.Struct`; each is built from those before it and changed by none after
it: ``ModelSource → ModelStats → Recipe → RunEvent… → Report``.
"""

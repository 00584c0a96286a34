"""The Compress page: a wizard whose flow is free of Qt, and forms made from the contract."""

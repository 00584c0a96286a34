"""What a cut leaves of a network: records of it, how it is done, and how a file that holds one is opened again."""

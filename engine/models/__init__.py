"""Opens model files that strangers made, and captures their graphs."""

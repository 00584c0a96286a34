"""What must hold of a file's structure before any library may read it; nothing of a file is run or unpickled here."""

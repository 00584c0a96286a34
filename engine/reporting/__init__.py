"""Reports as people read them: rows for the terminal, a page for the browser. No torch, no Qt."""

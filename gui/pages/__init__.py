"""One module for each page; pages know no other page."""

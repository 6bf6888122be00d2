"""Articles → a new generation of an index: only what is new is embedded."""

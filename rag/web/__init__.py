"""The chat page and its server, for people and for programs."""

"""A folder of files → articles, their metadata, passages and sentences."""

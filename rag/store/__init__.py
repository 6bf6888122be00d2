"""An index on the disk: its generations, their files, and what guards them."""

"""Two environments side by side, or two revisions of one."""

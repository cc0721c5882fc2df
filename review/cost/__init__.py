"""What a month costs, and what the web ACL takes of its capacity."""

"""The cost of a month, and the web ACL's use of its capacity."""

"""What an environment file may contain: frozen, typed values that refuse nonsense when they are made.

This room imports nothing of ours and nothing of cdktf, so that reading and checking a file needs no Node.
"""

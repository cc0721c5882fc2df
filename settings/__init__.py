"""What an environment file may say: frozen, typed values that refuse nonsense when they are made.

Imports nothing of ours and nothing of cdktf, so that reading and checking a file needs no Node.
"""

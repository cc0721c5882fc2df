"""The formats that a log's lines may have, one a file. `known.py` lists them."""

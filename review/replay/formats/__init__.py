"""The formats that a log's lines can have, one module for each. `known.py` lists them."""

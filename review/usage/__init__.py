"""`review usage`: who is where in the limits in tokens."""

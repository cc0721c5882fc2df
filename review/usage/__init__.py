"""`review usage`: how much of the limits in tokens each caller has used."""

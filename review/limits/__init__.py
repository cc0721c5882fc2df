"""What each layer lets through, and what stops whom first."""

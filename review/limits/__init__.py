"""What each layer lets through, and which limit stops which caller first."""

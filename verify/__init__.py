"""Whether a deployed stage does what its file says: asked with requests, few of them, and agreed to beforehand."""

"""Artifacts: how a file is written, rendered, sealed and compared, and what it says, read back."""

"""One package a pipeline."""

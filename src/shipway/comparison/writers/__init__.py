"""Comparisons as text, JSON, annotations of GitHub, and Markdown: one module a format."""

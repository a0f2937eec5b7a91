"""Ways to look at a plan: in words, drawn on a terminal, as Mermaid, DOT, Markdown, JSON or a page.

Each is a function from views (`shipway.views.graph.View`) to text, and knows no other.
"""

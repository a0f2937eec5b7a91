"""A rendered document, looked at without trust in its shape.

`places` reads what is in it, and `schema` says which keys and values may be: orchestrators drop
what they do not know in silence. What is wrong is a `shipway.problems.Problem`, as in the settings.
"""

"""Planning: small passes from a pipeline and its settings to a verified plan."""

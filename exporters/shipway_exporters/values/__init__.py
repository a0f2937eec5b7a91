"""Values of settings in forms that several targets share, read back."""

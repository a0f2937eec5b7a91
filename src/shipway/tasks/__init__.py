"""What a task runs and is told, the same on every target."""

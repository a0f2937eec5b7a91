"""What a task runs, and the job that it is handed, the same on every target."""

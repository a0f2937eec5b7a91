"""What every target needs that is written in Python: names, and the job of each task as source."""

"""What a task runs inside the project's environment: `python -m shipway.runtime`.

All tasks of a run share one version; a retried task writes over what it left behind; a pipeline
that is not the exported one is not run. See `shipway.runtime.job` for what a task is told.
"""

"""Lets `python -m shipway.runtime` run a task."""

from shipway.runtime.main import main

raise SystemExit(main())

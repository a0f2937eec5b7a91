"""Targets: what an exporter is, what it declares, and whether a plan asks for more."""

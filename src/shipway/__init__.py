"""Shipway compiles authored Kedro pipelines into deploy artifacts for orchestrators."""

__version__ = "0.1.0"

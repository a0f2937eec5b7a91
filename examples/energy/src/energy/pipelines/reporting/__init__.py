"""Show the forecasts to people."""

from energy.pipelines.reporting.pipeline import create_pipeline

__all__ = ["create_pipeline"]

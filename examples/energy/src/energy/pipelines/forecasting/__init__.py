"""Train the demand model and evaluate it on held-out days."""

from energy.pipelines.forecasting.pipeline import create_pipeline

__all__ = ["create_pipeline"]

"""Raw drops to model input: ingest, clean and features."""

from energy.pipelines.data_engineering.pipeline import create_pipeline

__all__ = ["create_pipeline"]

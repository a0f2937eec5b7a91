"""Forecasting: train and evaluate."""

from kedro.pipeline import Node, Pipeline

from energy.pipelines.forecasting.nodes import (
    choose_alpha,
    forecast_demand,
    score_forecasts,
    train_model,
)


def create_pipeline() -> Pipeline:
    """From the model input to a scored forecast of the held-out days."""
    return Pipeline([_train(), _evaluate()], tags="weekly")


def _train() -> Pipeline:
    return Pipeline(
        [
            Node(
                choose_alpha,
                ["train_set", "params:model"],
                "alpha",
                name="choose_alpha",
                tags="heavy",
            ),
            Node(
                train_model,
                ["train_set", "alpha", "params:model.scale"],
                "demand_model",
                name="train_model",
                tags="heavy",
            ),
        ],
        tags="train",
    )


def _evaluate() -> Pipeline:
    return Pipeline(
        [
            Node(
                forecast_demand,
                ["demand_model", "test_set", "params:evaluation.baseline"],
                "forecasts",
                name="forecast_demand",
            ),
            Node(
                score_forecasts,
                ["forecasts", "params:evaluation.interval"],
                "metrics",
                name="score_forecasts",
            ),
        ],
        tags="evaluate",
    )

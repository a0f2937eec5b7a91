"""Reporting: a plot and a page."""

from kedro.pipeline import Node, Pipeline

from energy.pipelines.reporting.nodes import plot_forecasts, write_report


def create_pipeline() -> Pipeline:
    """What people look at on Monday morning."""
    return Pipeline(
        [
            Node(
                plot_forecasts,
                ["forecasts", "params:reporting.plot"],
                "forecast_plot",
                name="plot_forecasts",
            ),
            Node(
                write_report,
                ["forecasts", "metrics", "params:reporting.title"],
                "forecast_report",
                name="write_report",
            ),
        ],
        tags=["report", "weekly"],
    )

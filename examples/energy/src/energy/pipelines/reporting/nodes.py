"""Nodes that show the forecasts to people."""

from math import ceil
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

LINES = {"kwh": "metered", "forecast": "forecast", "baseline": "a week before"}


def plot_forecasts(forecasts: pd.DataFrame, plot: dict[str, Any]) -> Figure:
    """Draw each household's metered and forecast demand over the held-out days."""
    homes = list(forecasts.groupby("household_id", sort=True))
    rows = ceil(len(homes) / plot["columns"])
    figure = Figure(figsize=plot["size"], dpi=plot["dpi"], layout="constrained")
    axes = list(figure.subplots(rows, plot["columns"], sharex=True, squeeze=False).flat)
    for (household, home), axis in zip(homes, axes, strict=False):
        _draw(axis, household, home)
    for spare in axes[len(homes) :]:
        spare.set_visible(False)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    figure.autofmt_xdate()
    return figure


def _draw(axis: Axes, household: str, home: pd.DataFrame) -> None:
    for column, label in LINES.items():
        axis.plot(home["date"], home[column], label=label, alpha=0.4 if column == "baseline" else 1)
    axis.set_title(household)
    axis.set_ylabel("kWh a day")


def write_report(forecasts: pd.DataFrame, metrics: dict[str, Any], title: str) -> str:
    """Write a Markdown summary: overall scores, then the error of each household."""
    first, last = forecasts["date"].min(), forecasts["date"].max()
    low, high = metrics["mae_interval_kwh"]
    return "\n".join(
        [
            f"# {title}",
            "",
            f"{metrics['households']} households, {first:%Y-%m-%d} to {last:%Y-%m-%d}.",
            "",
            f"- Mean absolute error: {metrics['mae_kwh']:.2f} kWh a day ({low:.2f} to {high:.2f})",
            f"- Same weekday a week before: {metrics['baseline_mae_kwh']:.2f} kWh a day",
            f"- Error saved: {metrics['skill']:.0%}",
            f"- R2: {metrics['r2']:.3f}",
            "",
            "| household | mean demand (kWh) | mean absolute error (kWh) |",
            "|---|---:|---:|",
            *_household_lines(forecasts),
            "",
        ]
    )


def _household_lines(forecasts: pd.DataFrame) -> list[str]:
    errors = forecasts.assign(error=(forecasts["kwh"] - forecasts["forecast"]).abs())
    means = errors.groupby("household_id", sort=True)[["kwh", "error"]].mean()
    return [f"| {row.Index} | {row.kwh:.2f} | {row.error:.2f} |" for row in means.itertuples()]

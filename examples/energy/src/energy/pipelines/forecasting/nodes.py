"""Nodes that train the demand model and evaluate it."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error
from sklearn.model_selection import GridSearchCV, TimeSeriesSplit
from sklearn.pipeline import Pipeline as Estimator
from sklearn.preprocessing import StandardScaler

KEYS = ["household_id", "date"]
TARGET = "kwh"


def choose_alpha(train_set: pd.DataFrame, model: dict[str, Any]) -> float:
    """Choose the ridge penalty by cross-validation forward in time."""
    search = GridSearchCV(
        _estimator(model["alphas"][0], model["scale"]),
        {"ridge__alpha": model["alphas"]},
        scoring=model["scoring"],
        cv=TimeSeriesSplit(model["folds"]),
    )
    search.fit(_features(train_set), train_set[TARGET])
    return float(search.best_params_["ridge__alpha"])


def train_model(train_set: pd.DataFrame, alpha: float, scale: bool) -> Estimator:
    """Fit the demand model on every training day."""
    return _estimator(alpha, scale).fit(_features(train_set), train_set[TARGET])


def forecast_demand(model: Estimator, test_set: pd.DataFrame, baseline: str) -> pd.DataFrame:
    """Forecast the held-out days, next to what a naive look back would say."""
    forecasts = test_set[[*KEYS, TARGET]].copy()
    forecasts["forecast"] = model.predict(_features(test_set)).round(4)
    forecasts["baseline"] = test_set[baseline]
    return forecasts.sort_values(KEYS).reset_index(drop=True)


def score_forecasts(forecasts: pd.DataFrame, interval: dict[str, Any]) -> dict[str, Any]:
    """Score the forecasts against the meters and against the naive baseline."""
    actual, forecast = forecasts[TARGET], forecasts["forecast"]
    mae = mean_absolute_error(actual, forecast)
    baseline_mae = mean_absolute_error(actual, forecasts["baseline"])
    return {
        "days": int(forecasts["date"].nunique()),
        "households": int(forecasts["household_id"].nunique()),
        "r2": round(r2_score(actual, forecast), 4),
        "rmse_kwh": round(root_mean_squared_error(actual, forecast), 4),
        "mae_kwh": round(mae, 4),
        "mae_interval_kwh": _bootstrap((actual - forecast).abs().to_numpy(), interval),
        "baseline_mae_kwh": round(baseline_mae, 4),
        "skill": round(1 - mae / baseline_mae, 4),
    }


def _features(table: pd.DataFrame) -> pd.DataFrame:
    return table.drop(columns=[*KEYS, TARGET])


def _estimator(alpha: float, scale: bool) -> Estimator:
    scaler = StandardScaler() if scale else "passthrough"
    return Estimator([("scale", scaler), ("ridge", Ridge(alpha=alpha))])


def _bootstrap(errors: NDArray[np.float64], interval: dict[str, Any]) -> list[float]:
    """Find the interval a resampled mean error falls in, at the level asked for."""
    rng = np.random.default_rng(interval["seed"])
    draws = rng.choice(errors, size=(interval["resamples"], errors.size)).mean(axis=1)
    tail = (1 - interval["level"]) / 2
    return [round(float(bound), 4) for bound in np.quantile(draws, [tail, 1 - tail])]

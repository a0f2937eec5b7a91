"""Nodes that turn raw drops into model input."""

import pandas as pd

KEYS = ["household_id", "date"]


def parse_readings(meter_readings: pd.DataFrame) -> pd.DataFrame:
    """Keep the latest non-empty reading of each meter and day.

    Meters resend a day when the head end asks for it; the last reading sent wins.
    """
    readings = meter_readings.dropna(subset=["value"]).assign(
        date=lambda frame: pd.to_datetime(frame["date"]),
        received_at=lambda frame: pd.to_datetime(frame["received_at"]),
    )
    latest = readings.sort_values(["meter_id", "date", "received_at"])
    return latest.drop_duplicates(["meter_id", "date"], keep="last").reset_index(drop=True)


def convert_to_kwh(
    parsed: pd.DataFrame, kwh_per_unit: dict[str, float], max_daily_kwh: float
) -> pd.DataFrame:
    """Convert readings to kWh and drop those no household can draw."""
    factor = parsed["unit"].map(kwh_per_unit)
    if factor.isna().any():
        unknown = sorted(parsed.loc[factor.isna(), "unit"].unique())
        raise ValueError(f"unit(s) without a conversion in kwh_per_unit: {unknown}")
    readings = parsed.assign(kwh=(parsed["value"] * factor).round(3))
    plausible = readings["kwh"].between(0, max_daily_kwh)
    return readings.loc[plausible, ["meter_id", "date", "kwh"]].reset_index(drop=True)


def fill_weather_gaps(observations: pd.DataFrame, max_gap_days: int) -> pd.DataFrame:
    """Interpolate the days the weather station was silent, so many in a row at most."""
    daily = observations.set_index("date").sort_index()
    filled = daily.interpolate(method="time", limit=max_gap_days, limit_area="inside")
    return filled.round(3).reset_index()


def build_daily_demand(
    metered: pd.DataFrame,
    weather: pd.DataFrame,
    households: pd.DataFrame,
    max_gap_days: int,
    keep_imputed: bool,
) -> pd.DataFrame:
    """Join demand, weather and household facts into one row a household and day."""
    demand = pd.concat(
        [_fill_gaps(meter, max_gap_days) for _, meter in metered.groupby("meter_id", sort=True)]
    )
    joined = demand.merge(households, on="meter_id", validate="many_to_one")
    joined = joined.merge(weather, on="date", validate="many_to_one")
    complete = joined.dropna(subset=["kwh", "temperature_c"])
    kept = complete if keep_imputed else complete[~complete["imputed"]]
    return kept.drop(columns="meter_id").sort_values(KEYS).reset_index(drop=True)


def _fill_gaps(meter: pd.DataFrame, max_gap_days: int) -> pd.DataFrame:
    """Give one meter every day of its span, short gaps flagged and filled.

    The last value is carried forward: interpolation would leak the next day's
    demand into the lags that forecast it.
    """
    daily = meter.set_index("date")[["kwh"]].asfreq("D")
    return (
        daily.ffill(limit=max_gap_days)
        .assign(imputed=daily["kwh"].isna(), meter_id=meter["meter_id"].iloc[0])
        .reset_index()
    )


def make_context_features(daily_demand: pd.DataFrame, heating_base_c: float) -> pd.DataFrame:
    """Describe the calendar, the cold and the home of each day.

    Heating degrees count per type of heating and floor area: a gas boiler hardly
    shows on the electricity meter, a heat pump does.
    """
    degrees = (heating_base_c - daily_demand["temperature_c"]).clip(lower=0)
    context = daily_demand[[*KEYS, "occupants", "floor_area_m2", "cloud_cover"]].copy()
    context["is_weekend"] = (context["date"].dt.dayofweek >= 5).astype(int)
    for heating in sorted(daily_demand["heating"].unique()):
        uses = daily_demand["heating"] == heating
        context[f"heat_{heating}"] = (degrees * uses * context["floor_area_m2"] / 100).round(4)
    return context


def make_demand_features(
    daily_demand: pd.DataFrame, lags: list[int], windows: list[int]
) -> pd.DataFrame:
    """Look back at each household's own demand: lags in days and rolling means."""
    wide = daily_demand.pivot(index="date", columns="household_id", values="kwh").asfreq("D")
    looks = {f"lag_{days}": wide.shift(days) for days in lags}
    looks |= {f"mean_{days}": wide.shift(1).rolling(days).mean().round(4) for days in windows}
    stacked = {name: look.unstack() for name, look in looks.items()}
    return pd.DataFrame(stacked).dropna().reset_index()


def assemble_model_input(
    daily_demand: pd.DataFrame,
    context_features: pd.DataFrame,
    demand_features: pd.DataFrame,
    holdout_days: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Join the features to the demand and hold out the last days for evaluation.

    Imputed days may train the model but never score it.
    """
    table = daily_demand[[*KEYS, "kwh", "imputed"]]
    for features in (context_features, demand_features):
        table = table.merge(features, on=KEYS, validate="one_to_one")
    table = table.sort_values(["date", "household_id"]).reset_index(drop=True)
    held_out = table["date"] > table["date"].max() - pd.Timedelta(days=holdout_days)
    train_set, test_set = table[~held_out], table[held_out & ~table["imputed"]]
    return train_set.drop(columns="imputed"), test_set.drop(columns="imputed")

"""Data engineering: ingest, clean and features."""

from kedro.pipeline import Node, Pipeline

from energy.pipelines.data_engineering.nodes import (
    assemble_model_input,
    build_daily_demand,
    convert_to_kwh,
    fill_weather_gaps,
    make_context_features,
    make_demand_features,
    parse_readings,
)


def create_pipeline() -> Pipeline:
    """Everything between the raw drops and the model input."""
    return Pipeline([_ingest(), _clean(), _features()], tags="daily")


def _ingest() -> Pipeline:
    return Pipeline(
        [_meters(), _weather()],
        namespace="ingest",
        inputs={"meter_readings", "weather_observations"},
        outputs={"metered_demand", "daily_weather"},
        tags="ingest",
    )


def _meters() -> Pipeline:
    return Pipeline(
        [
            Node(parse_readings, "meter_readings", "parsed", name="parse_readings"),
            Node(
                convert_to_kwh,
                ["parsed", "params:kwh_per_unit", "params:max_daily_kwh"],
                "metered_demand",
                name="convert_to_kwh",
            ),
        ],
        namespace="meters",
        inputs="meter_readings",
        outputs="metered_demand",
    )


def _weather() -> Pipeline:
    return Pipeline(
        [
            Node(
                fill_weather_gaps,
                ["weather_observations", "params:max_gap_days"],
                "daily_weather",
                name="fill_weather_gaps",
            ),
        ],
        namespace="weather",
        inputs="weather_observations",
        outputs="daily_weather",
    )


def _clean() -> Pipeline:
    return Pipeline(
        [
            Node(
                build_daily_demand,
                {
                    "metered": "metered_demand",
                    "weather": "daily_weather",
                    "households": "households",
                    "max_gap_days": "params:clean.max_gap_days",
                    "keep_imputed": "params:clean.keep_imputed",
                },
                "daily_demand",
                name="build_daily_demand",
                tags="clean",
            ),
        ]
    )


def _features() -> Pipeline:
    return Pipeline(
        [
            Node(
                make_context_features,
                ["daily_demand", "params:features.weather.heating_base_c"],
                "context_features",
                name="make_context_features",
            ),
            Node(
                make_demand_features,
                ["daily_demand", "params:features.demand.lags", "params:features.demand.windows"],
                "demand_features",
                name="make_demand_features",
            ),
            Node(
                assemble_model_input,
                [
                    "daily_demand",
                    "context_features",
                    "demand_features",
                    "params:split.holdout_days",
                ],
                ["train_set", "test_set"],
                name="assemble_model_input",
            ),
        ],
        tags="features",
    )

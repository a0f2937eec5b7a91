"""Write the raw CSVs of the example: the same bytes on every Python and machine."""

import argparse
import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from math import fsum
from pathlib import Path
from random import Random
from typing import NamedTuple

SEED = 20240101
FIRST_DAY = date(2024, 1, 1)
DAYS = 84
RAW = Path(__file__).resolve().parents[1] / "data" / "01_raw"

Row = tuple[object, ...]
Table = tuple[str, Sequence[str], list[Row]]


class Household(NamedTuple):
    """A home, its meter and the habits its demand is drawn from."""

    id: str
    meter: str
    unit: str
    occupants: int
    floor_area_m2: int
    heating: str
    kwh_per_degree: float
    base_kwh: float


HOUSEHOLDS = (
    Household("H01", "M-4107", "kWh", 2, 74, "gas", 0.05, 4.6),
    Household("H02", "M-4112", "kWh", 4, 128, "heat_pump", 0.92, 6.8),
    Household("H03", "M-4131", "Wh", 1, 46, "electric", 0.98, 2.9),
    Household("H04", "M-4155", "kWh", 5, 163, "gas", 0.08, 8.7),
    Household("H05", "M-4160", "kWh", 3, 95, "heat_pump", 0.63, 5.9),
    Household("H06", "M-4188", "Wh", 2, 88, "electric", 1.71, 4.1),
)


def bell(rng: Random) -> float:
    """Roughly normal, from one exact sum: no libm and no `sum`, whose rounding 3.12 changed."""
    return fsum(rng.random() for _ in range(12)) - 6.0


def days() -> list[date]:
    """The days covered, in order."""
    return [FIRST_DAY + timedelta(days=offset) for offset in range(DAYS)]


def temperatures(rng: Random) -> list[float]:
    """A thaw from January to March with spells of mild and cold days."""
    spell, out = 0.0, []
    for offset in range(DAYS):
        spell = 0.8 * spell + 1.3 * bell(rng)
        out.append(1.5 + 0.11 * offset + spell)
    return out


def weather_rows(rng: Random, temperature: Sequence[float]) -> Iterator[Row]:
    """One row a day, the station silent now and then."""
    for day, celsius in zip(days(), temperature, strict=True):
        cloud = f"{min(1.0, max(0.0, 0.62 + 0.2 * bell(rng))):.2f}"
        yield day.isoformat(), "" if rng.random() < 0.04 else f"{celsius:.1f}", cloud


def daily_kwh(rng: Random, home: Household, temperature: Sequence[float]) -> Iterator[float]:
    """A home's demand a day: habit, heating, weekend and what is left over."""
    drift = 0.0
    for day, celsius in zip(days(), temperature, strict=True):
        drift = 0.5 * drift + 0.05 * home.base_kwh * bell(rng)
        heating = home.kwh_per_degree * max(0.0, 15.5 - celsius)
        weekend = 0.55 * home.occupants if day.weekday() >= 5 else 0.0
        yield max(0.4, home.base_kwh + heating + weekend + drift)


def reported(rng: Random, kwh: float, unit: str) -> str:
    """What the meter sends: sometimes nothing, rarely an absurd spike."""
    fault = rng.random()
    if fault < 0.012:
        return ""
    value = kwh * 60 if fault > 0.994 else kwh
    return f"{value * 1000:.0f}" if unit == "Wh" else f"{value:.3f}"


def reading_rows(rng: Random, home: Household, temperature: Sequence[float]) -> Iterator[Row]:
    """Readings of one meter, a few of them missing and a few sent twice."""
    for day, kwh in zip(days(), daily_kwh(rng, home, temperature), strict=True):
        if rng.random() < 0.015:
            continue
        value = reported(rng, kwh, home.unit)
        yield home.meter, day.isoformat(), value, home.unit, f"{day + timedelta(days=1)}T02:15:00"
        if rng.random() < 0.02:
            again = reported(rng, kwh * 1.01, home.unit)
            sent = f"{day + timedelta(days=2)}T09:40:00"
            yield home.meter, day.isoformat(), again, home.unit, sent


def household_rows() -> Iterator[Row]:
    """The homes as the warehouse lists them."""
    for home in HOUSEHOLDS:
        yield home.id, home.meter, home.occupants, home.floor_area_m2, home.heating


def tables(rng: Random) -> Iterable[Table]:
    """Each raw file: its name, its header and its rows."""
    temperature = temperatures(rng)
    weather = list(weather_rows(rng, temperature))
    readings = [row for home in HOUSEHOLDS for row in reading_rows(rng, home, temperature)]
    readings.sort(key=lambda row: (row[4], row[0], row[1]))
    return (
        (
            "households",
            ("household_id", "meter_id", "occupants", "floor_area_m2", "heating"),
            list(household_rows()),
        ),
        ("meter_readings", ("meter_id", "date", "value", "unit", "received_at"), readings),
        ("weather_observations", ("date", "temperature_c", "cloud_cover"), weather),
    )


def write(folder: Path, table: Table) -> None:
    """Write one table as CSV with Unix line ends."""
    name, header, rows = table
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    """Write every raw file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=RAW, help="folder of the raw layer")
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    for table in tables(Random(SEED)):
        write(folder, table)


if __name__ == "__main__":
    main()

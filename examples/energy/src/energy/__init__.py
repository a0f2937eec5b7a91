"""Day-by-day electricity demand forecasts for single households."""

__version__ = "0.1.0"

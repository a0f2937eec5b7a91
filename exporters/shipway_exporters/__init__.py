"""The exporters that come with Shipway, one module a target."""

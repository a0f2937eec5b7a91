"""The templates that come with Shipway, one folder a target."""

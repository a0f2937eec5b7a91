"""Project settings."""

CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    # conf/prod changes single values inside nested parameters.
    "merge_strategy": {"parameters": "soft"},
}

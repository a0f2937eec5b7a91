"""The settings of a deployment, `deploy.yml`: schema, loading, precedence."""

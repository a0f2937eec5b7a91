"""A first `deploy.yml`, made of what a project holds, with the reasons as comments."""

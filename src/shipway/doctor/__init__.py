"""What may keep a project from being exported, or its artifacts from running, and what to do.

Each check is a function of its own. They read and look; none writes or asks a server.
"""

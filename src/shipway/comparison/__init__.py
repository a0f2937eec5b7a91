"""What a change of the artifacts does to what is deployed.

Two artifacts are read back as `Contents`; `compare` tells their `changes` by what the nodes compute
(`pairing`), `rank` orders them, `sides` finds the older artifact, and one module a format writes.
"""

"""A task as a container: what every target that runs containers needs, told once.

`place` says which image, which folder in it and which volumes; `words` what the container's process
is told; `resources` how much it gets; `files` whether what one container writes reaches the next;
`pods` what Kubernetes is told of a pod; `backoff` how Argo waits before a retry; `options` the
shape of the settings that such targets share. `names` and `escapes` hold the rules of Kubernetes
below them, and `readback` reads containers back.

A function that can fail takes the target's names, `target.Target`, for its message; one that writes
what only a run knows takes the target's `words.Placeholders`.
"""

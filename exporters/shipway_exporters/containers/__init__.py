"""A task as a container: what every target that runs containers needs, told once.

`place` says which image, which folder in it and which volumes; `arguments` what the container's
process is told; `resources` how much it gets; `pods` what Kubernetes is told of a pod; `backoff`
how Argo waits before a retry; `options` the shape of the settings that such targets share.
`starter` begins a target's section of the settings. `kubernetes_names` and `escapes` hold the rules
of Kubernetes below them, `go_cron` and `go_json` what Go makes of a schedule and of a value;
`pod_schema` and `pod_rules` check a written pod, and `container_readback` reads containers back.

A function that can fail takes the target's names, `target.Target`, for its message; one that writes
what only a run knows takes the target's `arguments.Placeholders`.
"""

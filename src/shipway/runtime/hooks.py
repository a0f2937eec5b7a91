"""What a task adds to a session of Kedro's: a plugin around the project's own hooks."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from kedro.framework.hooks import hook_impl

from shipway.model import Json, bare
from shipway.runtime import kedro_internals as internals
from shipway.runtime import tracking
from shipway.runtime.drift import ALLOW, drift, no_such_pipeline
from shipway.runtime.job import Job
from shipway.runtime.store import StoredDataset, folder_of
from shipway.tasks.signature import signatures

if TYPE_CHECKING:
    from kedro.framework.context import KedroContext
    from kedro.pipeline import Pipeline


class Plugin:
    """Sets up what the tasks of a run share, before any hook of the project sees it.

    Args:
        params: the parameters as they are meant, not as OmegaConf wants them.
        under_way: takes the nodes that are about to run.
    """

    def __init__(
        self, job: Job, version: str, params: Mapping[str, Json], under_way: list[Any]
    ) -> None:
        self.job = job
        self.version = version
        self.params = params
        self.under_way = under_way

    @hook_impl(hookwrapper=True)
    def after_context_created(self, context: KedroContext) -> Iterator[None]:
        """Set the parameters first, and look at the pipeline when all hooks have set up."""
        internals.set_parameters(context, self.params)
        tracking.follow(self.job, self.version)
        yield
        # It ends the task, and pluggy would warn that a wrapper should not raise.
        warnings.filterwarnings("ignore", r"\s*A plugin raised an exception", Warning)
        self._check_drift()

    @hook_impl(hookwrapper=True)
    def before_pipeline_run(
        self, run_params: dict[str, Any], pipeline: Pipeline, catalog: Any
    ) -> Iterator[None]:
        """Bring the run's version and its store into the catalog."""
        run_params.update(self._run_params(run_params))
        self.under_way[:] = pipeline.nodes
        self._carry(catalog)
        self._share_version(pipeline, catalog)
        internals.keep_order(pipeline, list(self.job.nodes))
        tracking.follow(self.job, self.version)  # a hook in between may have imported MLflow
        yield
        tracking.leave_to_nodes()

    def _run_params(self, run_params: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a hook would be shown of `kedro run --pipeline EXPORTED` with these
        parameters.

        Which part of the pipeline this task runs is the orchestrator's business.
        """
        name = self.job.exported or self.job.pipeline
        whole = {"runtime_params": dict(self.params), "node_names": ()}
        by_name = {"pipeline_names": [name], "pipeline_name": name}  # Kedro 1.2 and later; before
        return whole | {key: value for key, value in by_name.items() if key in run_params}

    def _check_drift(self) -> None:
        from kedro.framework.project import pipelines

        by_name = dict(pipelines)
        if self.job.pipeline not in by_name:
            raise no_such_pipeline(self.job.pipeline, by_name)
        nodes = signatures(by_name[self.job.pipeline].nodes)
        error = drift(self.job, nodes)
        if error is None:
            return
        if os.environ.get(ALLOW) != "1" or not self.job.nodes.keys() <= nodes.keys():
            raise error
        for finding in error.findings:
            logging.getLogger("shipway").warning("%s", finding.what)

    def _carry(self, catalog: Any) -> None:
        folder = folder_of(self.job.store or "", self.job.flow, self.version)
        for name in self.job.stored:
            catalog[name] = StoredDataset(name, folder)

    def _share_version(self, pipeline: Pipeline, catalog: Any) -> None:
        outputs = {bare(name) for name in pipeline.all_outputs()}
        own = outputs.union(self.job.from_run)
        for name in pipeline.datasets():
            is_of_before = not {name, bare(name)}.isdisjoint(self.job.before_run)
            is_known = is_of_before or bare(name) in own
            dataset = internals.versioned_dataset(name, catalog) if is_known else None
            if dataset is None:
                continue
            if is_of_before:
                internals.load_before(dataset, self.version)
                continue
            internals.load_from(dataset, self.version)
            if bare(name) in outputs:
                internals.save_over(dataset)

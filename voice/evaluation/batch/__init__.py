"""Work in batch: many tasks, each examined once by one of many workers, and resumed after a fault.

`run_batch` hands tasks to `Workers`: processes of this machine (`Processes`) or actors of a Ray
cluster (`ray_cluster.RayCluster`, which needs the extra `ray`). A worker becomes the examiner that
its `Assignment` names, with models of its own; tasks and results are lines of JSON, and only this
process writes results (`ResultFiles`).
"""

from voice.evaluation.batch.examiners import GIVEN, Assignment, Examiner, NotExamined
from voice.evaluation.batch.model_hashes import ModelHash, hashes_of
from voice.evaluation.batch.plans import PLAN_FILE, RESULTS_FOLDER, SavedPlan
from voice.evaluation.batch.processes import Processes
from voice.evaluation.batch.result_files import ResultFiles, write_whole
from voice.evaluation.batch.run import BatchTask, Results, RunOutcome, run_batch
from voice.evaluation.batch.workers import HireWorkers, Worker, WorkerDied, Workers

__all__ = [
    "GIVEN",
    "PLAN_FILE",
    "RESULTS_FOLDER",
    "Assignment",
    "BatchTask",
    "Examiner",
    "HireWorkers",
    "ModelHash",
    "NotExamined",
    "Processes",
    "ResultFiles",
    "Results",
    "RunOutcome",
    "SavedPlan",
    "Worker",
    "WorkerDied",
    "Workers",
    "hashes_of",
    "run_batch",
    "write_whole",
]

"""A program of ``torch.export`` (.pt2): the compressed network in floats, for torch and what compiles such programs.

Tensors lie in the file as they are and nothing in it is pickled: sample inputs, which torch would pickle, are left out,
as are the places in somebody's source files that each operator came from.
"""

import io
import warnings
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from engine.contract.errors import RunError, one_line
from engine.contract.methods import ExportFormat
from engine.contract.report import Artifact
from engine.contract.run_folder import write_atomically
from engine.export.job import ExportJob
from engine.export.prepare import prepare_float
from engine.export.verify import (
    Verdict,
    answers_of,
    float_verdict,
    largest_error,
    torch_artifact,
)
from engine.export.verify_archive import different_tensor
from engine.models.example import Example
from engine.models.exported import exported_state, load_unpickled
from engine.models.raising.program import burnt_batch
from engine.tasks.table import methods_of

_PLACES = ("stack_trace", "from_node")


def export_pt2(job: ExportJob, path: Path) -> Artifact:
    """The program, its tensors compared with the network's bit for bit, and run again from the file."""
    example = job.model.captured.example
    program = program_of(prepare_float(job.model).module, example)
    content = io.BytesIO()
    torch.export.save(program, content)
    write_atomically(path, content.getvalue())
    return verify_pt2(path, program.state_dict, job)


def program_of(module: nn.Module, example: Example) -> ExportedProgram:
    """The network as a program, of any batch where it allows that, and of one sample elsewhere.

    Raises:
        RunError: torch.export cannot follow the network.
    """
    problems: list[str] = []
    for batch, shapes in ((2, ({0: Dim("batch", min=1)},)), (1, None)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                program = torch.export.export(module, (example.zeros(batch),), dynamic_shapes=shapes)
            return _stripped(program)
        except Exception as error:
            problems.append(one_line(f"{type(error).__name__}: {error}", 160))
    raise RunError("export_failed", format="pt2", reason=problems[0])


def _stripped(program: ExportedProgram) -> ExportedProgram:
    program.example_inputs = None
    for node in program.graph.nodes:
        for name in _PLACES:
            node.meta.pop(name, None)
    return program


def verify_pt2(path: Path, wanted: Mapping[str, Tensor], job: ExportJob) -> Artifact:
    """One file against the network that was written into it.

    Args:
        path: the file.
        wanted: every tensor of the program, by name.
        job: what it was written from.
    """
    different = different_tensor(exported_state(path), wanted)
    answers = _answers(load_unpickled(path), job)
    error = largest_error(answers, job.float_answers)
    metrics, _ = methods_of(job.data).measure(answers, job.data.test.labels.cpu())
    tensors = Verdict(False, "verdict_tensors", {"name": str(different)})
    return torch_artifact(
        path,
        ExportFormat.PT2,
        float_verdict(error) if different is None else tensors,
        accuracy=metrics.accuracy,
        agreement=methods_of(job.data).agreement(answers, job.float_answers),
        error=error,
    )


def _answers(program: ExportedProgram, job: ExportJob) -> Tensor:
    batch = burnt_batch(program)
    return answers_of(program.module().forward, job.data, job.ctx, batch_size=batch or 256)

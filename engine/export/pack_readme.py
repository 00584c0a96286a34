"""What is said in a calibration pack: what its files are, how samples were prepared, and what each tool wants."""

import torch

from engine.data.splits import Data

_README = """# {title}: a pruned model, and samples to quantize it with

| file | is |
| --- | --- |
| `model.onnx` | the pruned network, float32; input `input` {shape} of {kind}, output `logits` (1, {classes}) |
| `calibration/00000.npy` … | {calibration} samples of the training split, each {shape}, to measure ranges on |
| `calibration.txt` | their paths, one a line |
| `test/00000.npy` … | {tested} samples of the test split, to measure accuracy on; never calibrate on them |
| `labels.npy` in both folders | the class of each sample, counted from 0: {names} |
| `run.py` | `python run.py` prints the accuracy of `model.onnx` on `test/` (numpy and onnxruntime) |

{preparation}

What the tools want (versions differ: their own manuals go before this page):

* **RKNN-Toolkit2**: `rknn.config(...)` without `mean_values` and `std_values`, as samples are prepared already;
  `rknn.load_onnx(model="model.onnx")`; `rknn.build(do_quantization=True, dataset="calibration.txt")`.
* **Hailo Dataflow Compiler**: `ClientRunner.translate_onnx_model("model.onnx", ...)`, then `optimize(samples)` with one
  array of all calibration samples; images channels last: `numpy.concatenate(arrays).transpose(0, 2, 3, 1)`.
* **ncnn**: `pnnx model.onnx inputshape={list}`; `ncnn2table` reads `calibration.txt` with `type=1` (.npy; it wants
  samples without the leading 1: `numpy.save(file, array[0])`), then `ncnn2int8`.
* **MNN**: `MNNConvert -f ONNX --modelFile model.onnx --MNNModel model.mnn`; its quantizer reads a folder of images, not
  arrays: give it your own, and in its JSON the mean and 1/std of above, times 255 where it reads bytes.
* **ESP-DL**: `espdl_quantize_onnx` of esp-ppq with a loader over `calibration/*.npy`, `input_shape={list}`; its scales
  are powers of two (train with `quantize.method = "power_of_two"` for what it will do).
"""


def readme_of(data: Data, *, title: str, calibration: int, tested: int) -> str:
    """The text of a pack's README.md.

    Args:
        data: what the samples are of.
        title: the run's name.
        calibration: how many samples ranges are measured on.
        tested: how many are to measure accuracy on.
    """
    shape = (1, *data.sample_shape)
    names = ", ".join(data.class_names[:10]) + (", …" if len(data.class_names) > 10 else "")
    return _README.format(
        title=title,
        shape=shape,
        list="[" + ",".join(str(size) for size in shape) + "]",
        kind="int64 word numbers" if data.vocabulary is not None else "float32",
        classes=data.classes,
        calibration=calibration,
        tested=tested,
        names=names,
        preparation=_preparation(data),
    )


def _preparation(data: Data) -> str:
    if data.vocabulary is not None:
        return f"Samples are numbers of words, 0 … {data.vocabulary - 1}; nothing was done to them."
    mean, std = (", ".join(f"{value:.6g}" for value in part.reshape(-1)) for part in (data.mean, data.std))
    is_bytes = data.test.inputs.dtype == torch.uint8
    scaled = "bytes were divided by 255, then " if is_bytes else ""
    return (
        f"Samples are prepared already: {scaled}(x − mean) / std with mean = [{mean}] and std = [{std}] "
        "(one value, or one a channel). On the device the same has to be done to what comes in."
    )

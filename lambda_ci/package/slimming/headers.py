"""The rule ``headers``: what compilers and linkers read, of which Lambda has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_ci.package.slimming.mentions import SOURCES

if TYPE_CHECKING:
    from lambda_ci.package.slimming.distribution import Distribution

_COMPILING = (
    "cupy", "jax", "nvidia-", "numba-cuda", "pycuda", "pyopencl", "pytensor", "aesara", "theano", "triton", "taichi", "torch",
    "cppyy", "cling", "cffi", "cython", "pythran", "ziglang", "tinygrad", "warp-lang", "mypy",
)  # fmt: skip
"""What these distributions' names begin with: they compile at run time, or have compilers of their own."""
_ENDINGS = tuple(f".{ending}" for ending in SOURCES)


def unneeded(distribution: Distribution) -> set[str]:
    """The paths to leave out. A file stays whose name is in the distribution's own code, which may read it."""
    if distribution.name.startswith(_COMPILING):
        return set()
    paths = [file.path for file in distribution.removable if file.path.endswith(_ENDINGS) and "/" in file.path]
    if not paths:
        return set()
    named = distribution.mentions.files
    return {path for path in paths if path.rpartition("/")[2] not in named}

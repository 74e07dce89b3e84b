"""What the process that imports the handler is given: Lambda's environment with the function's own variables."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution, version
from typing import TYPE_CHECKING

from lambda_ci.model.images import images
from lambda_ci.model.platform import facts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import JsonValue

    from lambda_ci.model.settings import Function

SECONDS = 60.0
"""That an import may take. Lambda gives it 10; this machine may be slower."""
_MEMORY = 128
_NOBODY = "127.0.0.1:9"
"""An address where nothing listens: what looks for the runtime there is told so at once."""
_LIBRARIES = "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"
_DUMMY = "lambda-ci-import-check"
_NOT_OURS = {"..", "__pycache__"}


def request(
    function: Function, *, region: str, image: bool, real: bool, size: int, layers: int, seconds: float
) -> dict[str, JsonValue]:
    """``image``: the Python is that of AWS's image; ``real``: Lambda's own folders may be used; ``size``: bytes when unpacked."""
    preloaded: list[JsonValue] = [*sorted(facts().preloaded_modules)]
    order: dict[str, JsonValue] = {
        "handler": function.spec.handler,
        "preloaded": preloaded,
        "seconds": seconds,
    }
    return {
        "real": real,
        "image": image,
        "size": size,
        "layers": [layer_name(number) for number in range(layers)],
        "links": {} if image else dict(runtime_links()),
        "environment": dict(environment(function, region=region)),
        "seconds": seconds,
        "order": order,
    }


def layer_name(number: int) -> str:
    """The name of a layer's zip in the working folder."""
    return f"layer-{number}.zip"


def environment(function: Function, *, region: str) -> dict[str, str]:
    """The variables. Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html

    Nothing of this machine's, above all no credentials: those here are none.
    """
    name, memory = function.function_name, function.spec.members.get("MemorySize") or _MEMORY
    usual = {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
        "LD_LIBRARY_PATH": _LIBRARIES,
        "PYTHONPATH": "/var/runtime",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": _NOBODY,
    }
    own = {
        "_HANDLER": str(function.spec.handler),
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": _DUMMY,
        "AWS_SECRET_ACCESS_KEY": _DUMMY,
        "AWS_SESSION_TOKEN": _DUMMY,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.spec.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"1980/01/01/[$LATEST]{'0' * 32}",
        "AWS_LAMBDA_RUNTIME_API": _NOBODY,
        "LAMBDA_TASK_ROOT": "/var/task",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
    }
    return {**usual, **function.spec.variables, **own}


def runtime_links() -> Mapping[str, str]:
    """What stands for the modules of AWS's runtime on a machine that has not got them: those that lambda-ci uses itself.

    By name, the place of each module or folder, metadata among them; AWS's own may be of another version.
    """
    links: dict[str, str] = {}
    for name in sorted(images().distributions):
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        for top in {file.parts[0] for file in found.files or ()} - _NOT_OURS:
            links[top] = str(found.locate_file(top))
    return links


def runtime_versions() -> str:
    """The versions of what ``runtime_links`` gives."""
    known = (one for one in sorted(images().distributions) if _version(one))
    return " ".join(f"{one} {_version(one)}" for one in known)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""

from __future__ import annotations

import pytest

from lambda_ci.image.log import SHOWN, excerpt, failure, late


@pytest.mark.parametrize(
    ("said", "fix"),
    [
        ("the --mount option requires BuildKit", "buildx build --provenance=false"),
        ("standard_init_linux.go:228: exec user process caused: exec format error", "binfmt"),
        ("COPY failed: file not found in build context or excluded by .dockerignore", ".dockerignore"),
        ("failed to reach build target x in Dockerfile", "image.target"),
        ("manifest for x:1 not found: manifest unknown: manifest unknown", "FROM"),
        ("dockerfile parse error line 2: unknown instruction: NONSENSE", "correct the Dockerfile"),
        ("Error processing tar file(exit status 1): write /x: no space left on device", "docker system prune"),
        ("The command '/bin/sh -c false' returned a non-zero code: 1", "read the log above"),
    ],
)
def test_every_end_of_a_build_has_its_advice(said: str, fix: str) -> None:
    error = failure("orders", said, ["Step 1/1 : RUN x\n", " ---> Running in 0\n", "the reason\n"])
    assert fix in error.fix
    assert error.why.splitlines() == ["Step 1/1 : RUN x", "the reason", said]
    assert error.exit_code == 3


def test_only_the_end_of_a_log_is_shown_without_credentials() -> None:
    lines = [f"line {number}\n" for number in range(100)] + ["from https://joe:hunter2@index.example/simple\n"]
    shown = excerpt(lines).splitlines()
    assert len(shown) == SHOWN
    assert shown[-1] == "from https://***@index.example/simple"


def test_a_late_build_names_the_setting() -> None:
    assert "build.timeout" in late("orders", 0.5).fix

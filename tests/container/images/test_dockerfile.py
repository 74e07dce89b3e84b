"""Images of Dockerfiles of the user's own."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from tests.container.images.invoking import answers
from tests.container.images.project import APP, HEAD

if TYPE_CHECKING:
    from docker import DockerClient

    from tests.container.images.project import ImageProject

COPY = ("COPY app.py ${LAMBDA_TASK_ROOT}/", 'CMD ["app.handler"]')


def test_a_dockerfile_is_built_pushed_and_answers(project: ImageProject, engine: DockerClient) -> None:
    project.dockerfile(*COPY)
    ran = project.deploy()
    assert "Step 1/3" in ran.err
    assert answers(engine, project.image, project.real, [{"question": 2}]) == [{"answer": 4}]
    again = project.deploy()
    assert again.document["changed"] is False
    assert "nothing is built, nothing is pushed" in again.err


def test_only_what_is_not_ignored_counts(project: ImageProject) -> None:
    project.cli.write(".dockerignore", "# nothing else\n*\n!app.py\n")
    project.dockerfile(*COPY)
    project.deploy()
    project.cli.write("notes.txt", "new")
    assert project.cli("plan", "--json").document["changed"] is False
    project.cli.write("app.py", APP + "\n")
    assert project.cli("plan", "--json").document["changed"] is True


def test_what_lambda_ci_writes_itself_is_no_part_of_it(project: ImageProject) -> None:
    project.dockerfile("COPY . /var/task/", 'CMD ["app.handler"]')
    project.deploy()
    project.cli.write("dist/other.zip", "x")
    assert project.cli("plan", "--json").document["changed"] is False


def test_arguments_and_stages_are_used_and_their_values_not_shown(project: ImageProject, engine: DockerClient) -> None:
    lines = (
        "ARG WORD=wrong",
        "RUN echo \"word = '$WORD'\" > /var/task/word.py",
        "COPY word_app.py /var/task/",
        'CMD ["word_app.handler"]',
        f"FROM {project.base}",
        "RUN exit 1",
    )
    project.cli.write("word_app.py", "from word import word\n\ndef handler(event, context):\n    return word\n")
    options = ", target: chosen, build-args: {WORD: '${env:WORD}'}"
    project.dockerfile(*lines, options=options, begin=f"FROM {project.base} AS chosen")
    project.cli.environ["WORD"] = "hunter2-hunter2"
    ran = project.deploy()
    assert answers(engine, project.image, project.real, [{}]) == ["hunter2-hunter2"]
    assert "hunter2" not in ran.out + ran.err
    project.cli.environ["WORD"] = "another"
    assert project.cli("plan", "--json").document["changed"] is True


def test_a_dockerfile_outside_of_its_context(project: ImageProject, engine: DockerClient) -> None:
    project.cli.write("code/app.py", APP)
    project.cli.write("docker/Dockerfile", f'FROM {project.base}\nCOPY app.py /var/task/\nCMD ["app.handler"]\n')
    image = f"image: {{repository: {project.name}, dockerfile: docker/Dockerfile, context: code}}"
    project.cli.write("lambda-ci.yml", f"{HEAD}    {image}\n")
    project.deploy()
    assert answers(engine, project.image, project.real, [{"question": 0}]) == [{"answer": 0}]


@pytest.mark.parametrize(
    ("line", "why", "fix"),
    [
        (
            "RUN echo before && echo broken-for-a-reason >&2 && exit 3",
            "returned a non-zero code: 3",
            "read the log above",
        ),
        ("COPY nothing /", "COPY failed", ".dockerignore"),
        ("NONSENSE x", "unknown instruction", "correct the Dockerfile"),
    ],
)
def test_a_build_that_fails_says_where_and_what_to_do(project: ImageProject, line: str, why: str, fix: str) -> None:
    project.dockerfile(line)
    ran = project.cli("deploy", "--json")
    failure = ran.function("orders")["failure"]
    assert ran.code == 3
    assert failure["what"] == "the image of orders could not be built"
    assert why in failure["why"]
    assert fix in failure["fix"]
    assert ("broken-for-a-reason" in ran.err) == ("broken" in line)
    assert (project.tags, project.aws.writes) == ([], [])
    assert "Traceback" not in ran.err


def test_a_stage_that_is_not_there(project: ImageProject) -> None:
    project.dockerfile(*COPY, options=", target: nowhere")
    ran = project.cli("deploy", "--json")
    assert ran.code == 3
    assert "image.target" in ran.function("orders")["failure"]["fix"]


def test_a_base_that_moved_is_a_new_image(project: ImageProject, engine: DockerClient) -> None:
    moving = f"lambda-ci-moving:{project.name.rpartition('/')[2]}"
    engine.images.get(project.base).tag(moving)
    try:
        project.dockerfile(*COPY, begin=f"FROM {moving}")
        project.deploy()
        first = project.tags
        moved = io.BytesIO(f"FROM {project.base}\nLABEL moved=yes\n".encode())
        engine.images.build(fileobj=moved, rm=True, tag=moving)
        assert project.cli("plan", "--json").document["changed"] is True
        project.deploy()
        assert len(project.tags) == len(first) + 1
    finally:
        engine.images.remove(moving, force=True)

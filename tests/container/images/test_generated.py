"""Images that are made of packages: built, pushed, deployed, and answering."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.container.images.invoking import answers
from tests.container.images.project import APP

if TYPE_CHECKING:
    from docker import DockerClient

    from tests.container.images.project import ImageProject


def test_a_package_becomes_an_image_that_answers(project: ImageProject, engine: DockerClient) -> None:
    project.generated()
    ran = project.deploy()
    orders = ran.function("orders")
    assert orders["version"] == "1"
    assert orders["image"] == project.image
    assert orders["image"].startswith(f"{project.real.address}/{project.name}@sha256:")
    created = next(one.parameters for one in project.aws.requests if one.operation == "CreateFunction")
    assert (created["PackageType"], created["Code"]) == ("Image", {"ImageUri": orders["image"]})
    assert not {"Handler", "Runtime"} & set(created)
    assert answers(engine, orders["image"], project.real, [{"question": 21}, {"question": 1}]) == [
        {"answer": 42},
        {"answer": 2},
    ]
    assert project.real.password not in ran.out + ran.err


def test_an_unchanged_function_is_neither_built_nor_pushed_again(project: ImageProject) -> None:
    project.generated()
    project.deploy()
    before = project.image
    project.aws.requests.clear()
    again = project.deploy()
    assert again.document["changed"] is False
    assert (project.image, project.aws.writes) == (before, [])
    assert "GetAuthorizationToken" not in project.aws.operations
    assert "nothing is built, nothing is pushed" in again.err
    assert project.cli("plan", "--json").document["changed"] is False


def test_a_plan_shows_what_would_be_built_and_writes_nothing(project: ImageProject) -> None:
    project.generated()
    planned = project.cli("plan", "--json")
    assert planned.code == 0, planned.err
    (create, *_) = planned.function("orders")["changes"]
    (image,) = [one for one in create["fields"] if one["field"] == "image"]
    assert image["before"] == ""
    assert image["after"].startswith(f"{project.real.address}/{project.name}:lambda-ci-")
    assert image["after"].endswith("(to be built)")
    assert (project.tags, project.aws.writes) == ([], [])
    project.deploy()
    assert project.tags == [image["after"].rpartition(":")[2].partition(" ")[0]]
    pushed = project.real.image(project.name, project.tags[0])
    assert pushed is not None
    assert project.image == f"{project.real.address}/{project.name}@{pushed.digest}"


def test_new_code_is_a_new_image_and_the_plan_shows_both(project: ImageProject) -> None:
    project.generated()
    project.deploy()
    first = project.image
    project.cli.write("src/app.py", APP.replace("* 2", "* 3"))
    planned = project.cli("plan", "--json")
    (code, *_) = planned.function("orders")["changes"]
    assert [one["before"] for one in code["fields"]] == [first[: first.index("@") + 20]]
    assert project.deploy().function("orders")["version"] == "2"
    assert project.image != first
    project.cli.write("src/app.py", APP)
    back = project.deploy()
    assert project.image == first
    assert "nothing is built, nothing is pushed" in back.err


def test_new_memory_alone_builds_nothing(project: ImageProject) -> None:
    project.generated()
    project.deploy()
    config = (project.cli.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    project.cli.write("lambda-ci.yml", f"{config}    memory-size: 512\n")
    project.aws.requests.clear()
    project.deploy()
    assert project.aws.writes == ["UpdateFunctionConfiguration", "PublishVersion", "UpdateAlias"]
    assert len(project.tags) == 1


def test_another_handler_is_another_image(project: ImageProject, engine: DockerClient) -> None:
    project.generated()
    project.deploy()
    project.cli.write("src/other.py", "def run(event, context):\n    return 'other'\n")
    config = (project.cli.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    project.cli.write("lambda-ci.yml", config.replace("app.handler", "other.run"))
    project.deploy()
    assert answers(engine, project.image, project.real, [{}]) == ["other"]


def test_a_missing_repository_is_created_only_where_that_is_wanted(project: ImageProject) -> None:
    ecr = project.aws.ecr
    ecr.repositories.clear()
    project.generated()
    refused = project.cli("deploy", "--json")
    assert refused.code == 5
    assert "create-repository: true" in refused.function("orders")["failure"]["fix"]
    project.generated(image=", create-repository: true")
    planned = project.cli("plan", "--json")
    assert (planned.code, project.aws.writes) == (0, []), planned.err
    project.deploy()
    made = ecr.created[project.name]
    assert made["imageTagMutability"] == "IMMUTABLE"
    assert made["imageScanningConfiguration"] == {"scanOnPush": True}
    assert made["tags"] == [{"Key": "lambda-ci:project", "Value": "shop"}]
    (statement,) = ecr.policies[project.name]["Statement"]
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert project.cli("plan", "--json").document["changed"] is False


def test_functions_with_the_same_image_share_it_and_it_is_built_once(project: ImageProject) -> None:
    project.generated()
    config = (project.cli.folder / "lambda-ci.yml").read_text(encoding="utf-8")
    one = config[config.index("  orders:") :]
    project.cli.write("lambda-ci.yml", config + one.replace("  orders:", "  second:"))
    ran = project.deploy()
    assert ran.function("orders")["image"] == ran.function("second")["image"]
    assert ran.err.count("building ") == 1
    assert len(project.tags) == 1

"""What a plan says about the code, against real zip files behind real HTTP."""

from __future__ import annotations

import base64
import hashlib
import random
from typing import TYPE_CHECKING

import pytest

from lambda_ci.deploy import current
from lambda_ci.deploy.desired import desired
from lambda_ci.deploy.live import look
from lambda_ci.deploy.package_diff import deployed
from lambda_ci.deploy.plan import changes
from lambda_ci.model.artifact import LedgerLine, Member, Package
from tests.fakes.parts import SECRET, Behaviour, PartServer
from tests.fakes.wheels import Entry, archive

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lambda_ci.model.change import CodeDifference, Plan
    from tests.fakes.aws_server import AwsServer
    from tests.fakes.deployment import Project

    Distributions = Mapping[str, tuple[str, Mapping[str, bytes]]]


@pytest.fixture
def parts(server: AwsServer) -> Iterator[PartServer]:
    """Where GetFunction says that packages are."""
    with PartServer() as running:
        server.lambda_.locate = lambda digest: running.presigned(running.add(server.lambda_.stored[digest]))
        yield running


def package(folder: Path, own: Mapping[str, bytes], distributions: Distributions) -> Package:
    """A package with these files; each distribution gets its dist-info."""
    files: dict[str, bytes | Entry] = dict(own)
    owners = dict.fromkeys(own, "")
    for name, (version, content) in distributions.items():
        info = f"{name.replace('-', '_')}-{version}.dist-info"
        record = "".join(f"{path},,\n" for path in (*content, f"{info}/RECORD"))
        for path, data in {**content, f"{info}/METADATA": b"Name: x\n", f"{info}/RECORD": record.encode()}.items():
            files[path], owners[path] = data, name
    zipped = archive(dict(sorted(files.items())))
    digest = hashlib.sha256(zipped)
    place = folder / f"{digest.hexdigest()[:8]}.zip"
    place.write_bytes(zipped)
    ledger = [
        LedgerLine(distribution=name, version=one[0], files=1, size=1, compressed_size=1)
        for name, one in distributions.items()
    ]
    return Package(
        function="orders",
        path=place,
        sha256=digest.hexdigest(),
        code_sha256=base64.b64encode(digest.digest()).decode(),
        size=len(zipped),
        unpacked_size=sum(len(data) for data in files.values() if isinstance(data, bytes)),
        members=tuple(
            Member(path=path, size=0, compressed_size=0, mode=0o644, distribution=owner)
            for path, owner in owners.items()
        ),
        ledger=tuple(ledger),
    )


def planned(project: Project, new: Package) -> Plan:
    wanted = desired(project.function(), new, project="shop")
    present = current.read(project.aws, wanted)
    plan = changes.plan(wanted, present, staging=None)
    return deployed.with_difference(plan, wanted, present, project.services)


def difference(project: Project, old: Package, new: Package) -> CodeDifference:
    project.deploy(project.function(), old)
    code = planned(project, new).code
    assert code
    return code


def test_distributions_are_told_apart_by_version_and_bytes(project: Project, parts: PartServer) -> None:
    old = package(
        project.folder,
        {"app.py": b"1", "lib/gone.py": b"2", "lib/same.py": b"3"},
        {
            "stays": ("1.0", {"stays/__init__.py": b"x"}),
            "grows": ("1.0", {"grows/__init__.py": b"x" * 10, "grows/data/old.txt": b"old" * 9}),
            "six": ("1.16", {"six.py": b"six" * 30}),
            "na.me-d": ("2", {"google/named/__init__.py": b"n"}),
        },
    )
    new = package(
        project.folder,
        {"app.py": b"one", "__pycache__/app.cpython-312.pyc": b"", "lib/same.py": b"3", "lib/new.py": b"new"},
        {
            "stays": ("1.0", {"stays/__init__.py": b"x"}),
            "grows": ("2.0", {"grows/__init__.py": b"x" * 10, "grows/data/new.txt": b"new" * 900}),
            "comes": ("0.1", {"google/comes/__init__.py": b"c"}),
            "Na-Me.D": ("2", {"google/named/__init__.py": b"n"}),
        },
    )
    code = difference(project, old, new)
    assert code.unknown == ""
    found = {one.distribution: one for one in code.distributions}
    assert {name: (one.version_before, one.version_after) for name, one in found.items()} == {
        "": ("", ""),
        "grows": ("1.0", "2.0"),
        "six": ("1.16", ""),
        "comes": ("", "0.1"),
    }
    assert found["six"].after is None
    assert found["comes"].before is None
    grown = found["grows"]
    assert grown.before
    assert grown.after
    assert grown.after.size - grown.before.size == 2700 - 27
    assert [(one.action, one.path) for one in code.files] == [
        ("changed", "app.py"),
        ("removed", "lib/gone.py"),
        ("added", "lib/new.py"),
    ]
    assert (code.before.compressed_size, code.after.compressed_size) == (old.size, new.size)
    assert (code.before.size, code.after.size) == (old.unpacked_size, new.unpacked_size)
    assert parts.asked == ["bytes=-262144", parts.asked[1]]
    assert parts.authorizations == [None, None]


def test_a_large_package_takes_three_requests_and_not_its_bytes(project: Project, parts: PartServer) -> None:
    many = {f"big/{index:05}_{'n' * 60}.py": b"%d" % index for index in range(3000)}
    old = package(project.folder, {"app.py": b"1"}, {"big": ("1", many)})
    new = package(project.folder, {"app.py": b"2"}, {"big": ("1", many)})
    code = difference(project, old, new)
    assert [one.path for one in code.files] == ["app.py"]
    assert [one.distribution for one in code.distributions] == []
    assert len(parts.asked) == 2


def test_a_package_of_another_tool_is_told_apart_as_far_as_it_goes(project: Project, parts: PartServer) -> None:
    old = project.package("the old code")
    new = package(project.folder, {"app.py": b"new"}, {"six": ("1.16", {"six.py": b"x"})})
    code = difference(project, old, new)
    assert [(one.action, one.path) for one in code.files] == [("changed", "app.py")]
    assert {one.distribution for one in code.distributions} == {"", "six"}
    assert len(parts.asked) == 1


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        ("headless", "the server does not send parts of files"),
        ("denied", "the server answered 403"),
        ("missing", "the server answered 404"),
        ("redirect", "the server answered 302"),
        ("nameless", "does not say which part"),
        ("more", "sent more than was asked for"),
        ("broken", "the server cannot be reached"),
    ],
)
def test_whatever_the_server_does_the_plan_stands_and_says_what_it_does_not_know(
    project: Project, parts: PartServer, behaviour: Behaviour, words: str
) -> None:
    parts.behaviour = behaviour
    old, new = project.package("v1"), package(project.folder, {"app.py": b"version two"}, {})
    code = difference(project, old, new)
    assert words in code.unknown
    assert (code.distributions, code.files) == ((), ())
    assert (code.before.compressed_size, code.after.compressed_size) == (old.size, new.size)
    assert SECRET not in code.unknown
    assert "127.0.0.1" not in code.unknown


def test_a_small_package_may_come_whole_and_a_large_one_not(project: Project, parts: PartServer) -> None:
    parts.behaviour = "whole"
    old, new = package(project.folder, {"app.py": b"1"}, {}), package(project.folder, {"app.py": b"2"}, {})
    assert [one.path for one in difference(project, old, new).files] == ["app.py"]
    large = package(project.folder, {"app.py": random.Random(1).randbytes(300_000)}, {})
    assert "does not send parts of files" in difference(project, large, new).unknown


@pytest.mark.parametrize("cut", [b"", b"no zip at all", b"PK\5\6" + b"\xff" * 18, b"PK\5\6" + b"\0" * 17])
def test_what_is_no_zip_file_is_not_believed(
    project: Project, server: AwsServer, parts: PartServer, cut: bytes
) -> None:
    server.lambda_.locate = lambda _digest: parts.presigned(parts.add(cut))
    code = difference(project, project.package("v1"), package(project.folder, {"app.py": b"2"}, {}))
    assert code.unknown.startswith("the deployed package cannot be looked into: ")


def test_without_an_address_only_the_sizes_are_known(project: Project) -> None:
    code = difference(project, project.package("v1"), package(project.folder, {"app.py": b"2"}, {}))
    assert code.unknown == "AWS does not say where the deployed package is"


def test_no_request_is_made_where_the_code_is_the_same_or_there_is_none(project: Project, parts: PartServer) -> None:
    new = package(project.folder, {"app.py": b"2"}, {})
    assert planned(project, new).code is None
    project.deploy(project.function(), new)
    plan = planned(project, new)
    assert (plan.changed, plan.code) == (False, None)
    assert parts.asked == []


@pytest.mark.usefixtures("parts")
def test_the_address_is_in_no_text(project: Project) -> None:
    project.deploy(project.function(), project.package("v1"))
    seen = look(project.client, "orders")
    assert seen
    assert seen.location.endswith(SECRET)
    assert SECRET not in repr(seen)

"""Parts of files from real servers, able and less able ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from lambda_ci.adapters.ranges import RemoteFile, Unreachable
from tests.fakes.parts import SECRET, PartServer
from tests.fakes.quiet import FakeClock

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTENT = bytes(range(256)) * 40


@dataclass
class Hasty(FakeClock):
    """Ten seconds pass between one look at the clock and the next."""

    def monotonic(self) -> float:
        self.sleep(10)
        return super().monotonic()


@pytest.fixture
def server() -> Iterator[PartServer]:
    with PartServer() as running:
        yield running


def remote(server: PartServer, *, clock: FakeClock | None = None, **environ: str) -> RemoteFile:
    return RemoteFile(server.presigned(server.add(CONTENT)), environ=environ, clock=clock or FakeClock())


def test_the_end_and_parts_of_a_file_are_had(server: PartServer) -> None:
    with remote(server) as file:
        end = file.last(100)
        assert (end.start, end.content, end.total) == (len(CONTENT) - 100, CONTENT[-100:], len(CONTENT))
        assert file.last(1 << 20).content == CONTENT
        assert file.part(5, 7).content == CONTENT[5:12]
        assert [one.content for one in file.parts([(0, 3), (256, 2), (len(CONTENT) - 1, 50)])] == [
            CONTENT[:3],
            CONTENT[256:258],
            CONTENT[-1:],
        ]
        assert file.parts([]) == []
    assert server.asked[0] == "bytes=-100"
    assert sorted(server.asked[3:])[:2] == ["bytes=0-2", f"bytes={len(CONTENT) - 1}-{len(CONTENT) + 48}"]


def test_a_slow_server_does_not_hold_anybody(server: PartServer) -> None:
    with remote(server, clock=Hasty()) as file:
        file.last(100)
        with pytest.raises(Unreachable, match="it took longer than 15 s"):
            file.last(100)


def test_a_whole_file_is_taken_only_where_the_end_was_asked_for(server: PartServer) -> None:
    server.behaviour = "whole"
    with remote(server) as file:
        assert file.last(len(CONTENT)).content == CONTENT
        with pytest.raises(Unreachable, match="does not send parts"):
            file.last(len(CONTENT) - 1)
        with pytest.raises(Unreachable, match="does not send parts"):
            file.part(0, len(CONTENT))


@pytest.mark.parametrize(
    "address", [f"http://127.0.0.1:1/x?{SECRET}", f"http://[::1?{SECRET}", f"nonsense://x?{SECRET}"]
)
def test_no_failure_tells_the_address(address: str) -> None:
    with RemoteFile(address, environ={}, clock=FakeClock()) as file, pytest.raises(Unreachable) as caught:
        file.last(10)
    assert "127.0.0.1" not in str(caught.value)
    assert SECRET not in str(caught.value) + repr(file)

"""A download that was broken off goes on where it was."""

from __future__ import annotations

import os
from pathlib import Path

import httpx
import pytest

from tests.cast import Cast
from tests.cast.exporting import a_night, finish_export
from tests.cast.site import OFFICE, Browser, audited
from webapp.http import downloads
from webapp.models.exports.job import Export


async def a_file(cast: Cast, browse: Browser) -> tuple[httpx.AsyncClient, str, Export]:
    await a_night(cast)
    selina = await browse(cast.selina)
    where = (await selina.post(OFFICE + "/exports", data={"kind": "messages", "format": "csv"})).headers["location"]
    return selina, where + "/file", await finish_export()


@pytest.mark.both
async def test_the_second_half_is_fetched_alone_where_the_file_is_the_same(cast: Cast, browse: Browser) -> None:
    selina, address, job = await a_file(cast, browse)
    whole = await selina.get(address)
    assert whole.status_code == 200 and whole.content == Path(job.path).read_bytes()
    assert (whole.headers["accept-ranges"], whole.headers["content-length"]) == ("bytes", str(len(whole.content)))
    half, tag = len(whole.content) // 2, whole.headers["etag"]
    first = await selina.get(address, headers={"range": f"bytes=0-{half - 1}"})
    asked = {"range": f"bytes={half}-", "if-range": tag, "accept-encoding": "gzip"}
    second = await selina.get(address, headers=asked)
    assert (first.status_code, second.status_code) == (206, 206)
    assert first.content + second.content == whole.content and first.headers["etag"] == second.headers["etag"] == tag
    assert second.headers["content-range"] == f"bytes {half}-{len(whole.content) - 1}/{len(whole.content)}"
    assert second.headers["content-length"] == str(len(second.content)) and "content-encoding" not in second.headers
    assert await audited("export.downloaded") == 3, "each part is in the audit log"


async def test_a_file_that_changed_meanwhile_is_sent_whole(cast: Cast, browse: Browser) -> None:
    selina, address, job = await a_file(cast, browse)
    tag = (await selina.get(address)).headers["etag"]
    Path(job.path).write_bytes(b"another file altogether")
    again = await selina.get(address, headers={"range": "bytes=5-", "if-range": tag})
    assert (again.status_code, again.content) == (200, b"another file altogether") and again.headers["etag"] != tag
    told = await selina.get(address, headers={"range": "bytes=5-", "if-match": tag})
    assert (told.status_code, told.content) == (412, b"")
    by_date = {"range": "bytes=5-", "if-range": "Sun, 29 Nov 2026 10:00:00 GMT"}
    assert (await selina.get(address, headers=by_date)).status_code == 200, "a date says too little"


async def test_a_file_of_the_same_size_and_another_time_is_another_file(cast: Cast, browse: Browser) -> None:
    selina, address, job = await a_file(cast, browse)
    tag = (await selina.get(address)).headers["etag"]
    os.utime(job.path, ns=(1, 1))
    assert (await selina.get(address, headers={"range": "bytes=5-", "if-range": tag})).status_code == 200


async def test_a_part_that_is_not_there_is_refused_with_the_size(cast: Cast, browse: Browser) -> None:
    selina, address, job = await a_file(cast, browse)
    size = Path(job.path).stat().st_size
    refused = await selina.get(address, headers={"range": f"bytes={size}-"})
    assert (refused.status_code, refused.content) == (416, b"")
    assert refused.headers["content-range"] == f"bytes */{size}"
    assert await audited("export.downloaded") == 0, "nothing was read"


async def test_a_file_larger_than_one_read_comes_whole_and_in_any_part(
    cast: Cast, browse: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "AT_ONCE", 7)
    selina, address, job = await a_file(cast, browse)
    content = Path(job.path).read_bytes()
    assert (await selina.get(address)).content == content
    assert (await selina.get(address, headers={"range": "bytes=3-52"})).content == content[3:53]


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("", None),
        ("bytes=0-", range(10)),
        ("bytes=0-3", range(4)),
        ("Bytes=4-", range(4, 10)),
        ("bytes=9-9", range(9, 10)),
        ("bytes=4-400", range(4, 10)),
        ("bytes=-3", range(7, 10)),
        ("bytes=-30", range(10)),
        ("bytes=10-", range(10, 10)),
        ("bytes=12-20", range(12, 12)),
        ("bytes=-0", range(10, 10)),
        ("bytes=5-4", None),
        ("bytes=-", None),
        ("bytes=0-1,4-5", None),
        ("lines=0-1", None),
        ("bytes=a-b", None),
        ("bytes=" + "9" * 400 + "-", None),
    ],
)
def test_a_part_is_read_as_http_says(asked: str, part: range | None) -> None:
    found = downloads.part_asked(asked, 10)
    assert found == part and (found is None) == (part is None)


def test_an_empty_file_is_always_sent_whole() -> None:
    assert downloads.part_asked("bytes=0-", 0) is None

"""What an unfinished build has embedded is not lost, and never wrong."""

from pathlib import Path

import numpy as np
import pytest
from conftest import WordEncoder

from rag.building import embedding
from rag.building.build import build_index
from rag.building.vectors import CacheState, VectorCache, cached
from rag.index import open_index

DIGESTS = np.array([bytes([n]) * 16 for n in (1, 2, 3)], "S16")
VECTORS = np.array([[1, 2], [3, 4], [5, 6]], np.float32)
RECORD = 16 + 8 + 2 * 4  # bytes: digest, check, two numbers


def cache(index: Path, fingerprint: str = "one") -> VectorCache:
    return VectorCache(index, fingerprint=fingerprint, dimension=2)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    kept = cache(tmp_path)
    kept.append(DIGESTS[:2], VECTORS[:2])
    kept.append(DIGESTS[2:], VECTORS[2:])
    return kept.path


def test_vectors_are_found_again_by_digest(file: Path, tmp_path: Path) -> None:
    again = cache(tmp_path)
    assert again.digests().tolist() == DIGESTS.tolist()
    assert again.fetch(np.array([2, 0, 2])).tolist() == [[5, 6], [1, 2], [5, 6]]
    assert file.stat().st_size == 64 + 3 * RECORD


@pytest.mark.parametrize("cut", [1, RECORD - 1, RECORD])
def test_a_torn_tail_is_cut_off_and_written_over(file: Path, tmp_path: Path, cut: int) -> None:
    file.write_bytes(file.read_bytes()[:-cut])
    again = cache(tmp_path)
    assert again.digests().tolist() == DIGESTS[:2].tolist()
    again.append(DIGESTS[2:], VECTORS[2:])
    assert cache(tmp_path).fetch(np.array([2])).tolist() == [[5, 6]]


def test_a_record_with_a_flipped_bit_is_left_out(file: Path, tmp_path: Path) -> None:
    content = file.read_bytes()
    for at in range(64 + RECORD, 64 + 2 * RECORD):
        flipped = bytearray(content)
        flipped[at] ^= 1
        file.write_bytes(flipped)
        again = cache(tmp_path)
        assert again.digests().tolist() == [DIGESTS[0], DIGESTS[2]], at
        assert again.fetch(np.array([1])).tolist() == [[5, 6]]
        assert cached(tmp_path) == [CacheState(file, good=2, bad=1)]


@pytest.mark.parametrize("length", [0, 10, 63])
def test_a_file_without_a_whole_header_is_begun_again(
    file: Path, tmp_path: Path, length: int
) -> None:
    file.write_bytes(file.read_bytes()[:length])
    assert cached(tmp_path) == [CacheState(file, good=0, bad=1)]
    again = cache(tmp_path)
    assert len(again.digests()) == 0
    again.append(DIGESTS, VECTORS)
    assert cache(tmp_path).digests().tolist() == DIGESTS.tolist()


def test_the_vectors_of_another_encoder_are_not_found(file: Path, tmp_path: Path) -> None:
    assert len(cache(tmp_path, "another").digests()) == 0
    renamed = cache(tmp_path, "another").path
    file.rename(renamed)  # its header still names the encoder that made it
    assert len(cache(tmp_path, "another").digests()) == 0


class Interrupted(WordEncoder):
    """Is interrupted when it has encoded so many texts."""

    def __init__(self, after: int) -> None:
        super().__init__("river", "bridge", "train", "night")
        self.after = after

    def encode_document(self, texts: list[str]) -> np.ndarray:
        if len(self.encoded) + len(texts) > self.after:
            raise KeyboardInterrupt
        return super().encode_document(texts)


def test_a_build_goes_on_where_it_was_interrupted(
    folder: Path, tmp_path: Path, words: WordEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "_GROUP", 1)
    fresh = build_index(folder, tmp_path / "fresh", encoder=words)
    total = fresh.embedded
    assert total == len(words.encoded) == len(set(words.encoded))
    index, done = tmp_path / "index", []
    for after in (2, 1):
        interrupted = Interrupted(after)
        with pytest.raises(KeyboardInterrupt):
            build_index(folder, index, encoder=interrupted)
        done += interrupted.encoded
    assert [state.good for state in cached(index)] == [3]
    words.encoded.clear()
    report = build_index(folder, index, encoder=words)
    assert report.embedded == len(words.encoded) == total - 3
    assert not set(words.encoded) & set(done)
    assert report.fingerprint == fresh.fingerprint
    assert cached(index) == []  # a generation holds them now
    same = [open_index(path, encoder=words) for path in (index, tmp_path / "fresh")]
    assert len({str(one.search("night train")) for one in same}) == 1


def test_damaged_vectors_are_embedded_again(
    folder: Path, tmp_path: Path, words: WordEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "_GROUP", 1)
    index = tmp_path / "index"
    with pytest.raises(KeyboardInterrupt):
        build_index(folder, index, encoder=Interrupted(3))
    path = cached(index)[0].path
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    total = build_index(folder, tmp_path / "fresh", encoder=words).embedded
    assert build_index(folder, index, encoder=words).embedded == total - 2

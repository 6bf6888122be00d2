"""What is packed into a zip file: its members, read up to what they may hold.

The sizes that an archive declares are not believed; members are never written to a disk.
"""

import io
import zipfile
import zlib

from rag.errors import CorpusError

MAX_MEMBERS = 20_000
MAX_MEMBER = 64 * 2**20  # bytes of one member
MAX_TOTAL = 512 * 2**20  # bytes of all members that are read out of one archive
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)


def checked_archive(raw: bytes) -> zipfile.ZipFile:
    """Open an archive. Raises CorpusError where it is damaged, or would unpack to too much."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except _DAMAGE as error:
        raise CorpusError("is damaged, or no zip file") from error
    entries = archive.infolist()
    if len(entries) > MAX_MEMBERS:
        raise CorpusError(f"holds more than {MAX_MEMBERS} files; split it")
    if sum(entry.file_size for entry in entries) > MAX_TOTAL:
        raise CorpusError(f"would unpack to more than {MAX_TOTAL // 2**20} MiB")
    return archive


def member(archive: zipfile.ZipFile, entry: str | zipfile.ZipInfo) -> bytes:
    """Return what a member holds. Raises CorpusError where it is locked, damaged or too large."""
    info = archive.getinfo(entry) if isinstance(entry, str) else entry
    if info.flag_bits & 1:
        raise CorpusError("is encrypted; pack it without a password")
    try:
        with archive.open(info) as file:
            raw = file.read(MAX_MEMBER + 1)
    except RuntimeError as error:
        raise CorpusError("is packed in a way that cannot be read") from error
    except _DAMAGE as error:
        raise CorpusError("is damaged") from error
    if len(raw) > MAX_MEMBER:
        raise CorpusError(f"unpacks to more than {MAX_MEMBER // 2**20} MiB")
    return raw

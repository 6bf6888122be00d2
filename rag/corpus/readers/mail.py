"""A mail → its text and what its headers say. Attachments are not read."""

import email
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses

from rag.corpus.readers.blocks import Block, Extracted, assemble, clean
from rag.corpus.readers.fields import told
from rag.corpus.readers.html_blocks import html_blocks
from rag.corpus.readers.text import decode_text
from rag.corpus.readers.trees import parse_html
from rag.errors import CorpusError
from rag.types import Metadata


def read_eml(raw: bytes) -> Extracted:
    """Read a mail. Raises CorpusError where it holds no text."""
    try:
        message = email.message_from_bytes(raw, policy=default)
        if not isinstance(message, EmailMessage) or not message.keys():
            raise CorpusError("is no mail: it has no headers")
        body = message.get_body(preferencelist=("plain", "html"))
    except RecursionError as error:
        raise CorpusError("holds mails in mails, too deep") from error
    about = Metadata(
        title=_header(message, "subject"),
        published=_header(message, "date"),
        author=_people(message),
        language=_header(message, "content-language"),
    )
    content = _content(body) if isinstance(body, EmailMessage) else ""
    if body is not None and body.get_content_subtype() == "html" and content.strip():
        read = assemble(html_blocks(parse_html(content)), about)
    else:
        read = assemble([Block(content)], about)
    if not read.text:
        raise CorpusError("holds no text")
    return read


def _content(part: EmailMessage) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        return raw.decode(part.get_content_charset() or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return decode_text(raw)


def _header(message: EmailMessage, name: str) -> str | None:
    value = message.get(name)
    return told(clean(str(value))) if value is not None else None


def _people(message: EmailMessage) -> str | None:
    """Return who wrote the mail: their names, or their addresses where they give none."""
    people = getaddresses([clean(str(value)) for value in message.get_all("from", [])])
    return told([name or address for name, address in people])

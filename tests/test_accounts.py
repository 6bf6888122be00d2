"""Accounts in a file: hashed, and slow to guess."""

import stat
from pathlib import Path

import pytest

from rag.errors import RagError
from rag.web.accounts import Accounts, hash_password, read_accounts, write_account


def test_a_password_is_kept_as_a_hash_in_a_file_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "accounts"
    write_account(file, "zoé", "first password")
    write_account(file, "ali", "other password")
    write_account(file, "zoé", "second password")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text()
    assert "password" not in text
    assert [line.partition(":")[0] for line in text.splitlines()] == ["ali", "zoé"]
    accounts = read_accounts(file)
    assert accounts.admits("zoé", "second password", "10.0.0.1")
    assert accounts.admits("zoé", "second password", "10.0.0.1")  # remembered
    assert not accounts.admits("zoé", "first password", "10.0.0.1")
    assert not accounts.admits("nobody", "second password", "10.0.0.1")


def test_guesses_are_kept_waiting_longer_and_longer() -> None:
    now = [1000.0]
    accounts = Accounts({"ali": hash_password("a password")}, clock=lambda: now[0])
    waits = []
    for _ in range(8):
        waits.append(accounts.wait("ali", "10.0.0.1"))
        assert not accounts.admits("ali", "guess", "10.0.0.1")
    assert waits == [0, 0, 0, 0, 0, 1, 2, 4]
    assert accounts.wait("ali", "10.0.0.1") == 8
    assert accounts.wait("ali", "10.0.0.2") == 0  # another address is not locked out
    now[0] += 8
    assert accounts.wait("ali", "10.0.0.1") == 0
    assert accounts.admits("ali", "a password", "10.0.0.1")
    assert accounts.wait("ali", "10.0.0.1") == 0  # a right one is forgiven


def test_one_address_cannot_try_name_after_name() -> None:
    accounts = Accounts({}, clock=lambda: 0.0)
    accounts._wrong[("10.0.0.1",)] = (30, 0.0)
    assert accounts.wait("name 31", "10.0.0.1") == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no account"),
        ("# a comment\n", "holds no account"),
        ("ali:secret\n", "line 1: not NAME:scrypt"),
        ("ali:plain:1:1:1:YQ==:YQ==\n", "line 1: not a name and a scrypt hash"),
    ],
)
def test_a_file_that_is_none_of_accounts_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "accounts").write_text(text)
    with pytest.raises(RagError, match=said):
        read_accounts(tmp_path / "accounts")
    with pytest.raises(RagError, match="make an account with: rag password"):
        read_accounts(tmp_path / "missing")


@pytest.mark.parametrize(
    ("name", "password"), [("", "long enough"), ("a:b", "long enough"), ("ali", "short")]
)
def test_what_cannot_be_an_account_is_refused(tmp_path: Path, name: str, password: str) -> None:
    with pytest.raises(RagError, match=r"no name for an account|at least 8"):
        write_account(tmp_path / "accounts", name, password)
    assert not (tmp_path / "accounts").exists()

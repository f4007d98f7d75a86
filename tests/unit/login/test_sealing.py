"""Sealing under a key file: what opens, what does not, and how often a key has to be wrapped or unwrapped."""

import os
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_gateway.errors import ConfigurationInvalid
from okta_gateway.login import sealing
from okta_gateway.login.errors import KeyServiceUnavailable, SealBroken
from okta_gateway.login.kms import is_kms_key_arn
from okta_gateway.login.sealing import (
    DataKey,
    FileKeyWrapper,
    KeyWrapper,
    KmsKeyWrapper,
    Sealer,
    key_wrapper,
)
from tests.tokens import FakeClock

PLAINTEXT, SESSION = b"a token of Okta's", b"session-1"
KEY_ARN = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
VERSION_1 = (
    "01003c"  # version, length of the wrapped key
    "01010101010101010101010177c3e53568856866d4546718186752d8cb6e8fdb918316dcf3db07ec9d09fe31"
    "07953428fb109b00562004ddb389a908"
    "eeeeeeeeeeeeeeeeeeeeeeee"  # nonce
    "9f16c5601fdadfecd0ce58173f9cb327f629bca94789ad9bf3216d1ebe16820935"
)


class CountingWrapper:
    """Wraps under a key file and counts; fails while `fails` is set, as KMS might."""

    def __init__(self, wrapper: KeyWrapper) -> None:
        self._wrapper = wrapper
        self.made = 0
        self.unwrapped = 0
        self.fails = False

    def new_data_key(self) -> DataKey:
        self.made += 1
        self._fail()
        return self._wrapper.new_data_key()

    def unwrap(self, wrapped: bytes) -> bytes:
        self.unwrapped += 1
        self._fail()
        return self._wrapper.unwrap(wrapped)

    def _fail(self) -> None:
        if self.fails:
            raise KeyServiceUnavailable("no answer")


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_key_file(tmp_path_factory.mktemp("sealing"), os.urandom(32))


@pytest.fixture(scope="module")
def sealer(key_file: Path) -> Sealer:
    return Sealer(FileKeyWrapper(key_file))


@pytest.fixture
def wrapper(key_file: Path) -> CountingWrapper:
    return CountingWrapper(FileKeyWrapper(key_file))


def new_key_file(folder: Path, key: bytes) -> Path:
    path = folder / "session.key"
    path.write_bytes(b64encode(key) + b"\n")
    return path


def counted() -> Callable[[int], bytes]:
    """Bytes as from a random source, but known."""
    turn = iter(range(256))
    return lambda size: bytes([next(turn)]) * size


def wrapped_key(sealed: bytes) -> bytes:
    return sealed[3 : 3 + int.from_bytes(sealed[1:3])]


def nonce(sealed: bytes) -> bytes:
    start = 3 + len(wrapped_key(sealed))
    return sealed[start : start + 12]


@given(plaintext=st.binary(max_size=10_000), associated=st.binary(max_size=100))
def test_what_was_sealed_opens(sealer: Sealer, plaintext: bytes, associated: bytes) -> None:
    sealed = sealer.seal(plaintext, associated)
    assert sealer.open(sealed, associated) == plaintext
    assert len(plaintext) < 8 or plaintext not in sealed


@given(plaintext=st.binary(max_size=100), places=st.tuples(st.binary(max_size=40), st.binary(max_size=40)))
def test_what_was_sealed_for_one_place_does_not_open_at_another(
    sealer: Sealer, plaintext: bytes, places: tuple[bytes, bytes]
) -> None:
    here, there = places
    if here != there:
        with pytest.raises(SealBroken):
            sealer.open(sealer.seal(plaintext, here), there)


@given(garbage=st.binary(max_size=300))
def test_bytes_that_nobody_sealed_do_not_open(sealer: Sealer, garbage: bytes) -> None:
    for length_of_key in (b"", b"\x01\x00\x00", b"\x01\x00\x04", b"\x01\x00\x3c"):
        with pytest.raises(SealBroken):
            sealer.open(length_of_key + garbage, SESSION)


def test_a_change_of_any_bit_of_any_byte_is_noticed(sealer: Sealer) -> None:
    sealed = sealer.seal(PLAINTEXT, SESSION)
    for position in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[position] ^= 1 << bit
            with pytest.raises(SealBroken):
                sealer.open(bytes(changed), SESSION)


def test_sealed_bytes_cut_short_or_made_longer_do_not_open(sealer: Sealer) -> None:
    sealed = sealer.seal(PLAINTEXT, SESSION)
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            sealer.open(sealed[:length], SESSION)
    for longer in (sealed + b"\x00", b"\x01" + sealed):
        with pytest.raises(SealBroken):
            sealer.open(longer, SESSION)


def test_bytes_moved_from_the_place_into_the_wrapped_key_do_not_open(sealer: Sealer) -> None:
    sealed = sealer.seal(PLAINTEXT, SESSION)
    end = 3 + len(wrapped_key(sealed))
    shifted = sealed[:1] + (end - 2).to_bytes(2) + sealed[3:end] + SESSION[:1] + sealed[end:]
    with pytest.raises(SealBroken):
        sealer.open(shifted, SESSION[1:])


def test_under_another_session_key_nothing_opens(sealer: Sealer, tmp_path: Path) -> None:
    other = Sealer(FileKeyWrapper(new_key_file(tmp_path, os.urandom(32))))
    with pytest.raises(SealBroken, match=r"^seal_broken: the data key was not wrapped under this SESSION_KEY$"):
        other.open(sealer.seal(PLAINTEXT, SESSION), SESSION)


def test_the_format_stays_as_it_is(tmp_path: Path) -> None:
    """Sessions outlive a deployment: what version 1 once wrote has to open."""
    wrapper = FileKeyWrapper(new_key_file(tmp_path, bytes(range(32))), random_bytes=counted())
    sealed = Sealer(wrapper, random_bytes=lambda size: b"\xee" * size).seal(PLAINTEXT, SESSION)
    assert sealed == bytes.fromhex(VERSION_1)
    assert Sealer(wrapper).open(bytes.fromhex(VERSION_1), SESSION) == PLAINTEXT


def test_a_format_of_the_future_is_named(sealer: Sealer) -> None:
    sealed = sealer.seal(PLAINTEXT, SESSION)
    with pytest.raises(SealBroken, match="version 2 of the format, only 1 is known"):
        sealer.open(b"\x02" + sealed[1:], SESSION)


def test_nonces_come_from_the_random_source_and_differ(key_file: Path) -> None:
    known = Sealer(FileKeyWrapper(key_file), random_bytes=counted())
    assert [nonce(known.seal(PLAINTEXT, SESSION)) for _ in range(2)] == [b"\x00" * 12, b"\x01" * 12]
    sealer = Sealer(FileKeyWrapper(key_file))
    assert len({nonce(sealer.seal(PLAINTEXT, SESSION)) for _ in range(2000)}) == 2000


def test_a_data_key_seals_so_often_and_no_more(wrapper: CountingWrapper, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sealing.MAX_SEALS <= 2**32  # NIST SP 800-38D, section 8.3
    monkeypatch.setattr(sealing, "MAX_SEALS", 3)
    sealer = Sealer(wrapper)
    keys = [wrapped_key(sealer.seal(PLAINTEXT, SESSION)) for _ in range(7)]
    assert [keys.index(key) for key in keys] == [0, 0, 0, 3, 3, 3, 6]
    assert wrapper.made == 3


@pytest.mark.parametrize(
    ("seconds", "made"),
    [(0, 1), (3599, 1), (3600, 2), (-1, 2)],
    ids=["at once", "within the hour", "after an hour", "the clock was set back"],
)
def test_a_data_key_seals_for_an_hour(wrapper: CountingWrapper, clock: FakeClock, seconds: float, made: int) -> None:
    sealer = Sealer(wrapper, clock=clock)
    old = sealer.seal(PLAINTEXT, SESSION)
    clock.advance(seconds)
    sealer.seal(PLAINTEXT, SESSION)
    assert wrapper.made == made
    assert sealer.open(old, SESSION) == PLAINTEXT
    assert wrapper.unwrapped == 0


def test_a_sandbox_unwraps_the_key_of_another_one_once(wrapper: CountingWrapper) -> None:
    first = Sealer(wrapper)
    rows = [first.seal(PLAINTEXT, b"%d" % row) for row in range(5)]
    second = Sealer(wrapper)
    for _ in range(3):
        assert [second.open(sealed, b"%d" % row) for row, sealed in enumerate(rows)] == [PLAINTEXT] * 5
    assert (wrapper.made, wrapper.unwrapped) == (1, 1)


def test_the_keys_that_nobody_uses_are_forgotten_first(
    wrapper: CountingWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "MAX_UNWRAPPED_KEYS", 2)
    first, second, third = (Sealer(wrapper).seal(PLAINTEXT, SESSION) for _ in range(3))
    sealer = Sealer(wrapper)
    for sealed, unwrapped in [(first, 1), (second, 2), (first, 2), (third, 3), (first, 3), (second, 4), (third, 5)]:
        sealer.open(sealed, SESSION)
        assert wrapper.unwrapped == unwrapped


def test_a_sealing_key_that_was_forgotten_is_unwrapped_again(
    wrapper: CountingWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "MAX_UNWRAPPED_KEYS", 1)
    sealer = Sealer(wrapper)
    own = sealer.seal(PLAINTEXT, SESSION)
    sealer.open(Sealer(wrapper).seal(PLAINTEXT, SESSION), SESSION)
    assert wrapped_key(sealer.seal(PLAINTEXT, SESSION)) == wrapped_key(own)


def test_a_failure_is_not_remembered(wrapper: CountingWrapper) -> None:
    sealed = Sealer(wrapper).seal(PLAINTEXT, SESSION)
    sealer = Sealer(wrapper)
    wrapper.fails = True
    for _ in range(2):
        with pytest.raises(KeyServiceUnavailable):
            sealer.open(sealed, SESSION)
        with pytest.raises(KeyServiceUnavailable):
            sealer.seal(PLAINTEXT, SESSION)
    wrapper.fails = False
    assert sealer.open(sealer.seal(PLAINTEXT, SESSION), SESSION) == sealer.open(sealed, SESSION)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b64encode(b"k" * 31),
        b64encode(b"k" * 33),
        b"k" * 32,
        b64encode(b"k" * 32)[:-1],
        b"!" + b64encode(b"k" * 32),
        b64encode(b"\xff" * 32).replace(b"/", b"_"),
    ],
    ids=["empty", "31 bytes", "33 bytes", "no base64", "cut short", "another character", "base64url"],
)
def test_a_key_file_that_holds_no_key_says_how_to_make_one(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "session.key"
    path.write_bytes(content)
    with pytest.raises(
        ConfigurationInvalid, match=r"SESSION_KEY: .*32 random bytes in base64.*openssl rand"
    ) as refusal:
        key_wrapper(str(path))
    assert not content or content.decode() not in str(refusal.value)


@pytest.mark.parametrize(
    "value",
    [b64encode(b"k" * 32).decode(), "k" * 5000, "/nowhere/session.key", "", "a\x00b", "/"],
    ids=["the key itself", "long", "no such file", "empty", "zero byte", "a folder"],
)
def test_a_session_key_that_names_no_file_is_not_repeated(value: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="SESSION_KEY names no file that can be read") as refusal:
        key_wrapper(value)
    assert len(value) < 2 or value not in str(refusal.value)


def test_the_shape_of_the_setting_picks_the_wrapper(key_file: Path) -> None:
    assert isinstance(key_wrapper(str(key_file)), FileKeyWrapper)
    assert isinstance(key_wrapper(KEY_ARN), KmsKeyWrapper)


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:kms:eu-central-1:123456789012:alias/session",
        "arn:aws:kms:eu-central-1:123456789012:key/",
        "arn:aws:kms::123456789012:key/1234abcd",
        "arn:aws:s3:::bucket",
        f"{KEY_ARN} ",
        f"{KEY_ARN}\n",
        "arn:",
    ],
)
def test_an_arn_that_names_no_kms_key_is_refused(arn: str) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"SESSION_KEY: write the ARN of the key itself"):
        key_wrapper(arn)


@pytest.mark.parametrize(
    "arn",
    [
        KEY_ARN,
        "arn:aws:kms:us-east-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab",
        "arn:aws-cn:kms:cn-north-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    ],
    ids=["key", "multi-region key", "China", "GovCloud"],
)
def test_the_arns_of_kms_keys_are_known(arn: str) -> None:
    assert is_kms_key_arn(arn)


def test_no_key_shows_in_a_repr(key_file: Path) -> None:
    wrapper = FileKeyWrapper(key_file)
    data_key = wrapper.new_data_key()
    sealer = Sealer(wrapper)
    sealer.seal(PLAINTEXT, SESSION)
    shown = f"{data_key!r} {data_key} {wrapper!r} {sealer!r}"
    for secret in (data_key.plaintext, data_key.wrapped):
        assert repr(secret)[2:-1] not in shown
    assert key_file.read_text().strip() not in shown

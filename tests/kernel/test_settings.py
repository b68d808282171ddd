"""Settings from a file and the environment; what is unknown or wrong is refused in words; secrets stay hidden."""

from pathlib import Path

import pytest

from yitong.kernel.keys import sealer_of, token_key
from yitong.kernel.settings import Settings, SettingsError, describe, load_settings

pytestmark = pytest.mark.unit


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "yitong.toml"
    file.write_text("hold_seconds = 300\nport = 9000\n", "utf-8")
    settings = load_settings({"YITONG_CONFIG": str(file), "YITONG_PORT": "9001", "YITONG_HOT_ROUTES": "false"})
    assert (settings.hold_seconds, settings.port, settings.hot_routes) == (300, 9001, False)
    assert load_settings({"YITONG_CONFIG": str(file)}, port=9002).port == 9002


@pytest.mark.parametrize(
    "content", ["hold_second = 300", "hold_seconds = 1", 'port = "a"', "port = -1", "port = [", "family_cap = 0"]
)
def test_what_cannot_be_used_is_refused_in_both_languages(tmp_path: Path, content: str) -> None:
    file = tmp_path / "yitong.toml"
    file.write_text(content, "utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings({"YITONG_CONFIG": str(file)})
    assert "设置" in caught.value.message.zh
    assert "settings" in caught.value.message.en.lower()


def test_a_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        load_settings({"YITONG_CONFIG": str(tmp_path / "none.toml")})


def test_every_setting_is_described_and_secrets_are_hidden() -> None:
    settings = Settings(database_url="postgresql://a:secret@b/c", oidc_client_secret="hush", token_key="11" * 32)
    rows = {row["name"]: row for row in describe(settings)}
    assert set(rows) == set(Settings.__struct_fields__)
    assert all(row["meaning"] for row in rows.values())
    assert rows["hold_seconds"]["environment"] == "YITONG_HOLD_SECONDS"
    said = str(rows)
    assert "hush" not in said
    assert "secret@b" not in said
    assert rows["oidc_client_secret"]["value"] == "•••"
    assert rows["wechat_secret"]["value"] == "", "an empty secret is seen to be empty"


def test_whatever_is_named_a_secret_or_a_key_is_marked_as_one() -> None:
    marked = {row["name"] for row in describe(_filled()) if row["value"] == "•••"}
    named = {
        name
        for name in Settings.__struct_fields__
        if name.endswith(("_secret", "_keys", "_key", "database_url")) and "public" not in name
    }
    assert named <= marked


def _filled() -> Settings:
    return load_settings({}, **{n: "x" for n in Settings.__struct_fields__ if Settings.__annotations__ and _is_text(n)})


def _is_text(name: str) -> bool:
    """Whether a setting takes any text: one of a few words is no secret."""
    return next(row["kind"] for row in describe(Settings()) if row["name"] == name) == "str"


def test_keys_are_made_once_and_kept_for_the_owner_only(tmp_path: Path) -> None:
    settings = load_settings({}, data_dir=str(tmp_path))
    assert token_key(settings) == token_key(settings)
    file = tmp_path / "keys" / "token.key"
    assert file.stat().st_mode & 0o077 == 0
    sealed = sealer_of(settings).seal("x", "c")
    assert sealer_of(settings).open(sealed, "c") == "x"


@pytest.mark.parametrize("keys", ["22", "k1:zz", "k1:2222", "k1:" + "22" * 32 + ",k1:" + "33" * 32, ":" + "22" * 32])
def test_wrong_keys_are_refused(tmp_path: Path, keys: str) -> None:
    with pytest.raises(SettingsError):
        sealer_of(load_settings({}, data_dir=str(tmp_path), master_keys=keys))


def test_a_new_master_key_seals_and_old_ones_still_open(tmp_path: Path) -> None:
    old = sealer_of(load_settings({}, data_dir=str(tmp_path), master_keys="k1:" + "22" * 32))
    both = sealer_of(load_settings({}, data_dir=str(tmp_path), master_keys=f"k1:{'22' * 32},k2:{'33' * 32}"))
    assert both.open(old.seal("x", "c"), "c") == "x"
    assert both.seal("x", "c").startswith("s1.k2.")
    assert both.lookup_hash("id", "1") == old.lookup_hash("id", "1"), "whoever was registered is still found"

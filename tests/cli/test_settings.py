from pathlib import Path

import pytest

from engine.settings import Settings, WrongSetting


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch):
    for name in (
        "DATA_DIR",
        "PORT",
        "HOST",
        "DATABASE_URL",
        "LANGUAGE",
        "ZONE",
        "PUBLIC_URL",
        "REGISTRATION",
    ):
        monkeypatch.delenv(f"ZHICHENG_{name}", raising=False)


def test_without_any_setting_everything_is_in_the_data_folder(monkeypatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    settings = Settings.load()
    assert settings.data_dir == tmp_path / "zhicheng-data"
    assert settings.database_url == f"sqlite:///{settings.data_dir}/zhicheng.db"
    assert settings.secret_key_file.parent == settings.data_dir
    assert settings.public_url == "http://127.0.0.1:8000"
    assert (settings.language, settings.zone.key) == ("zh", "Asia/Shanghai")
    assert not settings.registration


def test_an_option_counts_more_than_a_variable(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("ZHICHENG_PORT", "8001")
    monkeypatch.setenv("ZHICHENG_DATA_DIR", str(tmp_path))
    settings = Settings.load({"port": "8002", "data_dir": None})
    assert (settings.port, settings.data_dir) == (8002, tmp_path)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"registration": "yes"}, 'registration "yes"'),
        ({"port": "x"}, 'port "x"'),
        ({"port": 70000}, 'port "70000"'),
        ({"language": "fr"}, 'language "fr"'),
        ({"zone": "Mars/Base"}, 'time zone "Mars/Base"'),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_its_name(wrong: dict[str, object], said: str):
    with pytest.raises(WrongSetting, match=said):
        Settings.load(wrong)

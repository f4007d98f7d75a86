"""The .env of a laptop: what is read, and the sentence for what cannot be."""

from pathlib import Path

import pytest

from devkit.stack.config import KNOWN_SETTINGS, ConfigProblem, LaptopConfig, read_env_file

ROOT = Path(__file__).parents[3]
REAL_OKTA = "OKTA_DOMAIN=dev-1.okta.com\nOKTA_AUTH_SERVER_ID=default\nOKTA_AUDIENCE=api://default\n"


def env_file(folder: Path, text: str) -> Path:
    path = folder / ".env"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        pytest.param("OKTA_AUDIENCE=api://x\n", "OKTA_AUDIENCE", "api://x", id="plain"),
        pytest.param("export OKTA_AUDIENCE=api://x", "OKTA_AUDIENCE", "api://x", id="exported, no newline"),
        pytest.param('OKTA_AUDIENCE="api://x # y"', "OKTA_AUDIENCE", "api://x # y", id="quoted"),
        pytest.param("OKTA_AUDIENCE=api://x # remark", "OKTA_AUDIENCE", "api://x", id="remark behind"),
        pytest.param("OKTA_CLIENT_SECRET='a$b${HOME}'", "OKTA_CLIENT_SECRET", "a$b${HOME}", id="dollars stay"),
        pytest.param("OKTA_CLIENT_SECRET=a$HOME", "OKTA_CLIENT_SECRET", "a$HOME", id="dollars stay without quotes"),
        pytest.param("\ufeffLOG_LEVEL=DEBUG\r\n", "LOG_LEVEL", "DEBUG", id="as Windows writes it"),
        pytest.param("OKTA_AUDIENCE=\n", "OKTA_AUDIENCE", "", id="empty is not set"),
        pytest.param("# only a remark\n\n", "OKTA_AUDIENCE", "", id="remarks"),
        pytest.param("EDITOR=vi\nLOG_LEVEL=INFO", "LOG_LEVEL", "INFO", id="names of other programs"),
    ],
)
def test_a_value_is_read_as_written(tmp_path: Path, text: str, name: str, value: str) -> None:
    assert read_env_file(env_file(tmp_path, text)).get(name) == value


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        pytest.param("OKTA_AUDIENCE", 1, "this is not NAME=value", id="no equals sign"),
        pytest.param("\n\n# x\n\nwhat is this?\n", 5, "this is not NAME=value", id="prose, below blank lines"),
        pytest.param("LOG_LEVEL=INFO\nOKTA_AUDIENCE='api://x\n", 2, "close the quotes", id="open quotes"),
        pytest.param("\nOKTA_DOMIAN=x.okta.com", 2, "did you mean OKTA_DOMAIN?", id="misspelt"),
        pytest.param("okta_domain=x.okta.com", 1, "did you mean OKTA_DOMAIN?", id="lower case"),
        pytest.param("OKTA_AUTHSERVER_ID=x", 1, "did you mean OKTA_AUTH_SERVER_ID?", id="underscore lost"),
        pytest.param("DOCUMENTDB_URL=x", 1, "did you mean DOCUMENTDB_URI?", id="URL for URI"),
        pytest.param("LOG_LEVEL=INFO\nLOG_LEVEL=DEBUG", 2, "LOG_LEVEL is set in line 1 already", id="twice"),
    ],
)
def test_a_line_that_cannot_be_meant_is_named_with_its_fix(tmp_path: Path, text: str, line: int, sentence: str) -> None:
    path = env_file(tmp_path, text)
    with pytest.raises(ConfigProblem) as caught:
        read_env_file(path)
    assert str(caught.value).startswith(f"{path}, line {line}: ")
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("OKTA_CLIENT_SECRET='hunter2\n", id="open quotes"),
        pytest.param("OKTA_CLIENT_SECRE=hunter2\n", id="misspelt"),
        pytest.param("OKTA_CLIENT_SECRET=a\nOKTA_CLIENT_SECRET=hunter2\n", id="twice"),
    ],
)
def test_a_problem_never_shows_a_value(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigProblem) as caught:
        read_env_file(env_file(tmp_path, text))
    assert "hunter2" not in str(caught.value)


def test_values_stay_out_of_the_representation() -> None:
    assert "hunter2" not in repr(LaptopConfig({"OKTA_CLIENT_SECRET": "hunter2"}))


def test_a_missing_file_means_all_defaults(tmp_path: Path) -> None:
    config = read_env_file(tmp_path / ".env")
    assert (config.gateway_url, config.gateway_port, config.uses_real_okta) == ("http://localhost:8888", 8888, False)


def test_a_file_in_another_encoding_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes("OKTA_AUDIENCE=api://x\n".encode("utf-16"))
    with pytest.raises(ConfigProblem, match="save it as UTF-8"):
        read_env_file(path)


def test_a_folder_in_place_of_the_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblem, match="cannot be read"):
        read_env_file(tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("https://localhost:8888", id="https"),
        pytest.param("http://gateway.example.com:8888", id="another host"),
        pytest.param("http://localhost:port", id="no number"),
        pytest.param("http://localhost:70000", id="port too high"),
        pytest.param("http://localhost:80", id="port of root"),
        pytest.param("http://localhost", id="no port"),
        pytest.param("http://localhost:8888/", id="slash"),
        pytest.param("http://localhost:8888/prod", id="another stage"),
        pytest.param("http://localhost:8888/local/", id="slash after the stage"),
        pytest.param("http://localhost:8888?x", id="query"),
    ],
)
def test_a_gateway_url_that_cannot_be_served_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigProblem, match="http://localhost:PORT"):
        read_env_file(env_file(tmp_path, f"GATEWAY_URL={url}"))


def test_the_port_of_the_gateway_can_be_chosen(tmp_path: Path) -> None:
    assert read_env_file(env_file(tmp_path, "GATEWAY_URL=http://localhost:9999")).gateway_port == 9999


@pytest.mark.parametrize(("path", "stage_in_path"), [("", False), ("/local", True)])
def test_the_gateway_can_be_below_its_stage(tmp_path: Path, path: str, stage_in_path: bool) -> None:
    config = read_env_file(env_file(tmp_path, f"GATEWAY_URL=http://localhost:9999{path}"))
    assert config.stage_in_path is stage_in_path
    assert config.gateway_url_at(1234) == f"http://localhost:1234{path}"


def test_a_real_org_with_its_settings_is_taken(tmp_path: Path) -> None:
    assert read_env_file(env_file(tmp_path, REAL_OKTA)).uses_real_okta


@pytest.mark.parametrize("missing", ["OKTA_AUTH_SERVER_ID", "OKTA_AUDIENCE"])
def test_a_custom_authorization_server_of_a_real_org_needs_both_its_settings(tmp_path: Path, missing: str) -> None:
    text = "\n".join(line for line in REAL_OKTA.splitlines() if not line.startswith(missing))
    with pytest.raises(ConfigProblem, match=f"needs {missing} too"):
        read_env_file(env_file(tmp_path, text))


CLIENT = "OKTA_CLIENT_ID=0oa1\nOKTA_CLIENT_SECRET=hunter2\n"


def test_a_real_org_without_a_custom_server_is_in_org_mode(tmp_path: Path) -> None:
    config = read_env_file(env_file(tmp_path, f"OKTA_DOMAIN=dev-1.okta.com\n{CLIENT}"))
    assert (config.uses_org_server, config.signs_in) == (True, True)


@pytest.mark.parametrize(
    "client", ["", CLIENT.splitlines()[0], CLIENT.splitlines()[1]], ids=["neither", "id", "secret"]
)
def test_in_org_mode_a_real_org_needs_its_web_application(tmp_path: Path, client: str) -> None:
    with pytest.raises(ConfigProblem, match="set OKTA_CLIENT_ID and OKTA_CLIENT_SECRET"):
        read_env_file(env_file(tmp_path, f"OKTA_DOMAIN=dev-1.okta.com\n{client}\n"))


@pytest.mark.parametrize(
    ("text", "org_server", "signs_in"),
    [
        pytest.param("", False, True, id="stand-in"),
        pytest.param(REAL_OKTA, False, False, id="machines only"),
        pytest.param(REAL_OKTA + CLIENT, False, True, id="people too"),
    ],
)
def test_a_custom_server_needs_a_web_application_for_people_only(
    tmp_path: Path, text: str, org_server: bool, signs_in: bool
) -> None:
    config = read_env_file(env_file(tmp_path, text))
    assert (config.uses_org_server, config.signs_in) == (org_server, signs_in)


def test_the_stand_in_can_be_told_to_sign_in_at_its_org_server() -> None:
    assert LaptopConfig().in_org_mode().uses_org_server


def test_org_mode_and_a_custom_server_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblem, match="take one of them out"):
        read_env_file(env_file(tmp_path, REAL_OKTA)).in_org_mode()


def test_the_example_names_only_real_settings_and_switches_none_on(tmp_path: Path) -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert read_env_file(env_file(tmp_path, text)).values == {}
    offered = [line.removeprefix("# ").partition("=")[0] for line in text.splitlines() if _offers(line)]
    assert len(offered) == len(set(offered))
    assert set(offered) <= set(KNOWN_SETTINGS)


def _offers(line: str) -> bool:
    name, equals, _ = line.removeprefix("# ").partition("=")
    return bool(equals) and name.isupper() and " " not in name

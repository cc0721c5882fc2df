"""A variable without a value is said before Terraform starts."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.variables import missing_variables

VARIABLES = {"api_key_value_a": {"type": "string"}, "alarm_emails": {"type": "list(string)"}, "x": {"default": ""}}


def stack(folder: Path, **terraform: Any) -> Path:
    configuration = {"variable": VARIABLES, "terraform": terraform}
    (folder / "cdk.tf.json").write_text(json.dumps(configuration), encoding="utf-8")
    return folder


def test_those_that_no_environment_variable_sets(tmp_path: Path) -> None:
    assert missing_variables(stack(tmp_path), {}) == ("api_key_value_a", "alarm_emails")
    assert missing_variables(stack(tmp_path), {"TF_VAR_alarm_emails": "[]"}) == ("api_key_value_a",)
    assert missing_variables(stack(tmp_path), {"TF_VAR_alarm_emails": "", "TF_VAR_api_key_value_a": ""}) == ()


@pytest.mark.parametrize("name", ["terraform.tfvars", "keys.auto.tfvars.json"])
def test_a_file_may_set_them(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("", encoding="utf-8")
    assert missing_variables(stack(tmp_path), {}) == ()


def test_a_workspace_may_set_them(tmp_path: Path) -> None:
    assert missing_variables(stack(tmp_path, cloud={}), {}) == ()


def test_a_stack_without_variables(tmp_path: Path) -> None:
    (tmp_path / "cdk.tf.json").write_text("{}", encoding="utf-8")
    assert missing_variables(tmp_path, {}) == ()

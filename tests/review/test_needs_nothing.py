"""The review needs no Node, no Terraform and nothing from cdktf."""

import ast
import subprocess
import sys
from pathlib import Path

from tests.environment_files import ROOT

FOREIGN = {"cdktf", "cdktf_cdktf_provider_aws", "constructs", "jsii", "stacks", "lazy_provider"}

PROGRAM = """
import sys
started = []
STARTS = {"subprocess.Popen", "os.posix_spawn", "os.fork", "os.exec", "os.system"}
sys.addaudithook(lambda event, arguments: started.append(event) if event in STARTS else None)
from review.commands import main
assert [main([*each, "prod"]) for each in (["limits"], ["cost"], ["diff", "dev"])] == [0, 0, 0]
print(sorted({name.partition(".")[0] for name in sys.modules} & set(sys.argv[1:])), started, file=sys.stderr)
"""


def imported(file: Path) -> set[str]:
    names = set[str]()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


def test_no_file_of_it_imports_cdktf() -> None:
    files = [*ROOT.glob("review/**/*.py"), *ROOT.glob("settings/**/*.py")]
    assert len(files) > 50
    assert {file.name: found for file in files if (found := imported(file) & FOREIGN)} == {}


def test_a_run_loads_no_cdktf_and_starts_no_process() -> None:
    command = [sys.executable, "-c", PROGRAM, *FOREIGN]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={"PATH": ""}, check=False)
    assert (done.returncode, done.stderr) == (0, "[] []\n")

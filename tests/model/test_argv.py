from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hullmark.model.argv import Argv, programs
from hullmark.model.shell import commands
from hullmark.text.source import Place, Source
from hullmark.text.tree import Document
from hullmark.text.yaml import read


def argv(text: str, **variables: str) -> Argv:
    document = next(iter(read(Source("x.yaml", dedent(text)))))
    assert isinstance(document, Document)
    return Argv.of(document.node, variables)


def shown(place: Place) -> str:
    return place.source.text[place.span.start : place.span.end]


SCRIPT = """
    command: ["/bin/bash", "-cex"]
    args:
      - |
        # start it: vllm serve wrong/model --tensor-parallel-size 99
        export MODEL=org/name
        cat <<EOF > /tmp/config
        vllm serve also/wrong
        EOF
        pip install 'vllm>=0.8' && ray start --head; \\
        VLLM_USE_V1=1 exec vllm serve "$MODEL" --tensor_parallel_size 8 \\
          --max-num-seq=12 --revision ${REV:-main} --trust-remote-code=false $OTHER 2>&1 | tee /log
"""


def test_script_is_unwrapped_to_the_launcher() -> None:
    found = argv(SCRIPT)
    assert found.words[:3] == ("vllm", "serve", "org/name")
    assert found.launcher == "vllm"
    assert [s[0] for s in found.segments] == ["cat", "pip", "ray", "vllm", "tee"]
    assert "$OTHER" in found.words
    assert "wrong" not in found.text


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--tensor-parallel-size", "8"),
        ("--tensor_parallel_size", "8"),
        ("--max-num-seqs", "12"),
        ("--revision", "main"),
        ("--trust-remote-code", "false"),
        ("--model", None),
    ],
)
def test_flags_of_a_script(flag: str, value: str | None) -> None:
    assert argv(SCRIPT).flag(flag) == value


@pytest.mark.parametrize(
    ("flag", "text"),
    [
        ("--tensor-parallel-size", "--tensor_parallel_size 8"),
        ("--max-num-seqs", "--max-num-seq=12"),
        ("--revision", "--revision ${REV:-main}"),
    ],
)
def test_place_of_a_flag_in_a_script_is_its_stretch(flag: str, text: str) -> None:
    place = argv(SCRIPT).place(flag)
    assert shown(place) == text
    assert place.exact


def test_place_of_an_absent_flag_is_the_nearest_thing() -> None:
    assert not argv(SCRIPT).place("--absent").exact
    assert not argv("image: x").place("--absent").exact


LIST = """
    command: [python3, -m, vllm.entrypoints.openai.api_server]
    args: ["--model=$(MODEL_ID)", "--port", 8000, --enforce-eager, -tp, "2", --lora, a, --lora, b, null, "$$(HOME)"]
"""


def test_list_items() -> None:
    found = argv(LIST, MODEL_ID="org/name")
    assert found.flag("--model") == "org/name"
    assert found.flag("--port") == "8000"
    assert found.flag("--enforce-eager") == ""
    assert found.flag("--absent", "-tp") == "2"
    assert found.flag("--lora") == "b"
    assert found.values("--lora") == ("a", "b")
    assert found.words[-1] == "$(HOME)"
    assert found.launcher == "vllm.entrypoints.openai.api_server"


def test_places_of_list_items() -> None:
    found = argv(LIST)
    assert found.flag("--model") == "$(MODEL_ID)"
    assert shown(found.place("--model")) == '"--model=$(MODEL_ID)"'
    assert shown(found.place("--port")) == '"--port"'
    assert shown(found.value_place("--port")) == "8000"
    assert shown(found.word_place("vllm.entrypoints.openai.api_server")) == "vllm.entrypoints.openai.api_server"


@pytest.mark.parametrize(
    ("given", "asked", "value"),
    [
        ("--max-num-seq 5", "--max-num-seqs", "5"),
        ("--gpu-memory-util 0.9", "--gpu-memory-utilization", "0.9"),
        ("--model x", "--model-path", None),
        ("--tokenizer x", "--tokenizer-revision", None),
        ("--max 5", "--max-num-seqs", None),
        ("--max-num 5", "--max-num-seqs", None),
        ("--nproc_per_node=4", "--nproc-per-node", "4"),
        ("-poolName p", "--poolName", "p"),
        ("--offset -1", "--offset", "-1"),
        ("-c -e", "-c", ""),
        ("train.py trainer.devices=8 ++trainer.num_nodes=2", "trainer.num_nodes", "2"),
    ],
)
def test_spellings(given: str, asked: str, value: str | None) -> None:
    assert argv(f"args: [{', '.join(given.split())}]").flag(asked) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("--trust-remote-code", True),
        ("--trust-remote-code=true", True),
        ("--trust-remote-code=False", False),
        ("--other", False),
    ],
)
def test_has(text: str, expected: bool) -> None:
    assert argv(f"args: [{text}]").has("--trust-remote-code") is expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("command: [sh, -c, 'exec vllm serve \"$@\"', --, org/name]", ("vllm", "serve", "org/name")),
        ("command: [sh, -c, 'vllm serve $1', --, org/name]", ("vllm", "serve", "org/name")),
        ("command: [tini, --, bash, -lc, 'cd /app && python train.py; sleep 10']", ("python", "train.py")),
        ("command: [bash, -c, 'bash -c \"torchrun --nnodes 2 train.py\"']", ("torchrun", "--nnodes", "2", "train.py")),
        ("command: [bash, -c, 'eval \"vllm serve /mnt\"']", ("vllm", "serve", "/mnt")),
        ("command: [bash, -c, 'ollama serve & sleep 5; ollama pull m; wait']", ("ollama", "serve")),
        ("command: [bash, start.sh, -c, x]", ("bash", "start.sh", "-c", "x")),
        ("command: vllm serve 'org/name' --x 'unclosed", ("vllm", "serve", "org/name", "--x", "unclosed")),
        ("command: [bash, -c]", ("bash", "-c")),
        ("command: {a: b}\nargs: 5", ()),
        ("command: [[a], {b: c}, true]", ("true",)),
        ("image: x", ()),
    ],
)
def test_words(text: str, words: tuple[str, ...]) -> None:
    assert argv(text).words == words


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("python3 -u -m a.b serve", [("a.b", "serve")]),
        ("/usr/bin/python3.11 /app/train.py x", [("train.py", "x")]),
        ("python -c print()", [("python", "-c")]),
        (
            "mpirun -n 2 --allow-run-as-root tritonserver --x",
            [("mpirun", "-n"), ("2", "--allow-run-as-root"), ("tritonserver", "--x")],
        ),
        ("env A=b vllm serve m", [("env", "A=b"), ("vllm", "serve"), ("serve", "m"), ("m", "")]),
        ("vllm serve ollama", [("vllm", "serve")]),
    ],
)
def test_programs(words: str, found: list[tuple[str, str]]) -> None:
    assert list(programs(tuple(words.split()))) == found


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("a=1; echo $a ${a} '$a' \"$a b\" ${z:-y} $z", [("echo", "1", "1", "$a", "1 b", "y", "$z")]),
        ("if [ -f x ]; then run x; fi", [("[", "-f", "x", "]"), ("run", "x"), ("fi",)]),
        ("run 2>&1 >/dev/null | tee log # note", [("run",), ("tee", "log")]),
        ("echo a#b # c", [("echo", "a#b")]),
        ("x=$(date +%s); run \\\n  y", [("run", "y")]),
        ("python - <<'END'\nimport vllm\nEND\nrun", [("python", "-"), ("run",)]),
        ("", []),
    ],
)
def test_commands(script: str, found: list[tuple[str, ...]]) -> None:
    assert list(commands(script, {})) == found


@given(st.text(alphabet="ab -='\"\\$(){}[]`;&|<>#\n", max_size=60))
def test_any_script_is_read_without_an_error(script: str) -> None:
    assert all(isinstance(word, str) for command in commands(script, {"a": "b"}) for word in command)


def test_a_long_script_takes_linear_time() -> None:
    script = "'" + 'a$(b `c "' * 20_000
    assert list(commands(script, {})) is not None

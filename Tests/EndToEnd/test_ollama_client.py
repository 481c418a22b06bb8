"""The official Python client of Ollama against the simulator.

The client is an outside judge: it parses every answer with its own types, so a field that is missing or has the wrong
type fails here.
"""

import asyncio
import datetime
import json
import subprocess
import time

import ollama
import pytest

CHAT_MODEL = "llama3.1:8b"
THINKING_MODEL = "deepseek-r1:8b"
EMBEDDING_MODEL = "nomic-embed-text"
SKY = [{"role": "user", "content": "Why is the sky blue?"}]


@pytest.fixture
def client(simulation):
    return ollama.Client(host=simulation.url)


def names(response):
    return [model.model for model in response.models]


def until(condition, seconds=10):
    """Waits for something that happens after an answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return False


def test_list(client):
    models = {model.model: model for model in client.list().models}
    small = models["mistral-small:22b"]
    assert small.size == pytest.approx(12.57e9, rel=0.01)
    assert small.details.quantization_level == "Q4_0"
    assert isinstance(small.modified_at, datetime.datetime)
    assert len(small.digest) == 64
    assert "deepseek-r1:70b" in models
    assert "nomic-embed-text:latest" in models


def test_show(client):
    shown = client.show("deepseek-r1:70b")
    assert shown.modelinfo["llama.block_count"] == 80
    assert shown.modelinfo["llama.attention.head_count_kv"] == 8
    assert shown.modelinfo[shown.modelinfo["general.architecture"] + ".context_length"] == 131072
    assert "thinking" in shown.capabilities
    assert shown.details.parameter_size == "70.6B"
    assert "FROM" in shown.modelfile


def test_ps_follows_loading_and_unloading(client):
    assert client.ps().models == []
    loaded = client.generate(CHAT_MODEL, keep_alive="5m")
    assert loaded.done_reason == "load"
    (model,) = client.ps().models
    assert model.model == CHAT_MODEL
    assert model.size == model.size_vram > 4.92e9
    assert model.context_length == 4096
    left = model.expires_at - datetime.datetime.now(datetime.timezone.utc)
    assert 5 < left.total_seconds() <= 300 / 40
    assert client.generate(CHAT_MODEL, keep_alive=0).done_reason == "unload"
    assert until(lambda: client.ps().models == [])


def test_pinned_model(client):
    client.generate(CHAT_MODEL, keep_alive=-1)
    (model,) = client.ps().models
    assert model.expires_at.year > 2300


def test_two_models_and_a_context(client):
    client.generate(CHAT_MODEL)
    client.generate("mistral-small:22b", options={"num_ctx": 8192})
    loaded = {model.model: model for model in client.ps().models}
    assert loaded["mistral-small:22b"].context_length == 8192
    assert set(loaded) == {CHAT_MODEL, "mistral-small:22b"}


def test_chat(client):
    answer = client.chat(CHAT_MODEL, SKY)
    assert "scattered" in answer.message.content
    assert answer.message.role == "assistant"
    assert answer.done and answer.done_reason == "stop"
    assert answer.eval_count > 50
    assert answer.total_duration >= answer.eval_duration > 0
    assert answer.load_duration > 0 and answer.prompt_eval_count > 0
    assert client.chat(CHAT_MODEL, SKY).message.content == answer.message.content


def test_chat_streamed(client):
    chunks = list(client.chat(CHAT_MODEL, SKY, stream=True))
    assert len(chunks) > 50
    assert all(not chunk.done for chunk in chunks[:-1])
    assert chunks[-1].done and chunks[-1].eval_count == len(chunks) - 1
    text = "".join(chunk.message.content for chunk in chunks)
    assert text == client.chat(CHAT_MODEL, SKY).message.content


def test_chat_that_thinks(client):
    chunks = list(client.chat(THINKING_MODEL, SKY, stream=True))
    thinking = [bool(chunk.message.thinking) for chunk in chunks[:-1]]
    assert thinking == sorted(thinking, reverse=True) and any(thinking) and not all(thinking)
    answer = client.chat(THINKING_MODEL, SKY, think=False)
    assert not answer.message.thinking and answer.message.content
    with pytest.raises(ollama.ResponseError, match="does not support thinking") as refused:
        client.chat(CHAT_MODEL, SKY, think=True)
    assert refused.value.status_code == 400


def get_weather(city: str, days: int) -> str:
    """The weather of a city.

    Args:
      city: Name of the city
      days: Days from now
    """
    return f"Rain in {city} in {days} days"


@pytest.mark.parametrize("stream", [False, True])
def test_chat_with_tools(client, stream):
    messages = [{"role": "user", "content": "How is the weather in Oslo in 2 days?"}]
    answer = client.chat(CHAT_MODEL, messages, tools=[get_weather], stream=stream)
    answers = list(answer) if stream else [answer]
    (call,) = [call for part in answers for call in part.message.tool_calls or []]
    assert call.function.name == "get_weather"
    assert call.function.arguments == {"city": "Oslo", "days": 2}
    assert answers[-1].done_reason == "stop"
    result = get_weather(**call.function.arguments)
    messages += [
        {"role": "assistant", "tool_calls": [call.model_dump()]},
        {"role": "tool", "tool_name": "get_weather", "content": result},
    ]
    final = client.chat(CHAT_MODEL, messages, tools=[get_weather])
    assert final.message.content and not final.message.tool_calls


def test_generate(client):
    answer = client.generate(CHAT_MODEL, "Name two rivers.", options={"num_predict": 40, "seed": 1})
    assert answer.done_reason == "length" and answer.eval_count == 40
    assert answer.response and answer.context
    other = client.generate(CHAT_MODEL, "Name two rivers.", options={"num_predict": 40, "seed": 2})
    assert other.response != answer.response


def test_generate_streamed(client):
    chunks = list(client.generate(CHAT_MODEL, "Tell a long story.", stream=True, options={"num_predict": 600}))
    assert len(chunks) == 601
    assert chunks[-1].done_reason == "length"


def test_formats(client):
    answer = client.generate(CHAT_MODEL, "Describe Ada as JSON.", format="json")
    assert isinstance(json.loads(answer.response), dict)
    schema = {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}}
    person = json.loads(client.chat(CHAT_MODEL, SKY, format=schema).message.content)
    assert set(person) == {"name", "age"} and isinstance(person["age"], int)


def test_stop(client):
    whole = client.chat(CHAT_MODEL, SKY).message.content
    answer = client.chat(CHAT_MODEL, SKY, options={"stop": ["Violet"]}).message.content
    assert whole.startswith(answer) and "Violet" not in answer


def test_embed(client):
    one = client.embed(EMBEDDING_MODEL, "the cat sat on the mat")
    assert len(one.embeddings) == 1 and len(one.embeddings[0]) == 768
    assert one.prompt_eval_count == 6 and one.total_duration > 0
    two = client.embed(EMBEDDING_MODEL, ["the cat sat on the mat", "taxes"])
    assert two.embeddings[0] == one.embeddings[0] != two.embeddings[1]
    assert sum(value * value for value in one.embeddings[0]) == pytest.approx(1, abs=1e-3)
    assert len(client.embed(EMBEDDING_MODEL, "x", dimensions=64).embeddings[0]) == 64
    assert len(client.embeddings(EMBEDDING_MODEL, "x").embedding) == 768
    assert client.embed(EMBEDDING_MODEL, []).embeddings == []


def test_pull(client):
    assert "tinyllama:1.1b" not in names(client.list())
    progress = list(client.pull("tinyllama:1.1b", stream=True))
    assert progress[0].status == "pulling manifest"
    assert progress[-1].status == "success"
    done = [step.completed for step in progress if step.total and step.total > 6e8 and step.completed]
    assert done == sorted(done) and done[-1] == 637_700_138
    assert "tinyllama:1.1b" in names(client.list())
    assert client.pull("tinyllama:1.1b").status == "success"
    assert client.generate("tinyllama:1.1b", "Hello").response


def test_copy_and_delete(client):
    assert client.copy(CHAT_MODEL, "mine").status == "success"
    assert "mine:latest" in names(client.list())
    client.generate("mine")
    assert client.delete("mine").status == "success"
    assert "mine:latest" not in names(client.list())
    assert names(client.ps()) == ["mine:latest"], "a deleted model stays in memory"
    assert client.delete(EMBEDDING_MODEL).status == "success"
    with pytest.raises(ollama.ResponseError) as missing:
        client.show(EMBEDDING_MODEL)
    assert missing.value.status_code == 404


def test_create(client):
    steps = list(client.create("brief", from_=CHAT_MODEL, system="Be brief.", parameters={"num_ctx": 2048}, stream=True))
    assert steps[-1].status == "success"
    assert "num_ctx" in client.show("brief").parameters
    client.generate("brief")
    (model,) = client.ps().models
    assert model.context_length == 2048


def test_blob_becomes_a_model(client, tmp_path):
    path = tmp_path / "weights.gguf"
    path.write_bytes(b"GGUF" + bytes(100_000))
    digest = client.create_blob(path)
    assert client.create("own", files={"weights.gguf": digest}).status == "success"
    assert client.generate("own", "Hello").response


@pytest.mark.parametrize(
    "call, status, text",
    [
        (lambda client: client.chat("nope", SKY), 404, "model 'nope' not found"),
        (lambda client: client.generate("nope", "x"), 404, "model 'nope' not found"),
        (lambda client: client.show("nope"), 404, "model 'nope:latest' not found"),
        (lambda client: client.delete("nope"), 404, "model 'nope' not found"),
        (lambda client: client.copy("nope", "x"), 404, 'model "nope" not found'),
        (lambda client: client.embed("nope", "x"), 404, 'model "nope" not found, try pulling it first'),
        (lambda client: client.generate(EMBEDDING_MODEL, "x"), 400, '"nomic-embed-text" does not support generate'),
        (lambda client: client.chat("phi4:14b", SKY, tools=[get_weather]), 400, "does not support tools"),
        (lambda client: client.generate(CHAT_MODEL, keep_alive="soon"), 400, 'time: invalid duration "soon"'),
        (lambda client: client.generate(CHAT_MODEL, options={"num_ctx": "x"}), 500, "must be of type integer"),
        (lambda client: client.pull("no-such-model"), 500, "pull model manifest"),
        (lambda client: client.pull("bad name"), 400, "invalid model name"),
        (lambda client: list(client.pull("no-such-model", stream=True)), -1, "pull model manifest"),
    ],
)
def test_errors(client, call, status, text):
    with pytest.raises(ollama.ResponseError) as refused:
        call(client)
    assert text in refused.value.error
    if status > 0:
        assert refused.value.status_code == status


def test_error_line_in_a_stream(start_simulation):
    client = ollama.Client(host=start_simulation("--speed", "40", "--fault", "error-line:after=4").url)
    received = []
    with pytest.raises(ollama.ResponseError, match="error was encountered while running the model"):
        for chunk in client.chat(CHAT_MODEL, SKY, stream=True):
            received.append(chunk)
    assert len(received) == 4


def test_cut_stream(start_simulation):
    client = ollama.Client(host=start_simulation("--speed", "40", "--fault", "cut-stream:after=4,times=1").url)
    with pytest.raises(Exception, match="closed|incomplete|peer"):
        list(client.chat(CHAT_MODEL, SKY, stream=True))
    assert client.chat(CHAT_MODEL, SKY).done


def test_load_failure(start_simulation):
    fault = "load-fails:model=deepseek-r1:70b"
    client = ollama.Client(host=start_simulation("--speed", "200", "--vram", "24GiB", "--fault", fault).url)
    with pytest.raises(ollama.ResponseError, match="out of memory") as failed:
        client.generate("deepseek-r1:70b", "x")
    assert failed.value.status_code == 500
    assert client.generate(CHAT_MODEL, "x").done


def test_spilled_model(start_simulation):
    client = ollama.Client(host=start_simulation("--speed", "200", "--vram", "24GiB").url)
    client.generate("deepseek-r1:70b")
    (model,) = client.ps().models
    assert 20 * 2**30 < model.size_vram < 24 * 2**30 < model.size


def test_trace(start_simulation, tmp_path):
    trace = tmp_path / "trace.jsonl"
    simulation = start_simulation("--speed", "100", "--vram", "24GiB", "--trace", str(trace))
    client = ollama.Client(host=simulation.url)
    client.generate("mistral-small:22b")
    client.generate("deepseek-r1:8b")
    client.generate("qwen2.5:32b")
    events = [json.loads(line) for line in trace.read_text().splitlines()]
    assert max(event["used_vram_bytes"] for event in events) <= 24 * 2**30
    assert [event["event"] for event in events][:2] == ["load_started", "loaded"]
    assert any(event["event"] == "evicted" for event in events)


def test_async_client(simulation):
    async def talk():
        client = ollama.AsyncClient(host=simulation.url)
        first, second = await asyncio.gather(client.chat(CHAT_MODEL, SKY), client.chat("qwen3:8b", SKY, think=False))
        assert first.message.content and second.message.content
        async for chunk in await client.chat(CHAT_MODEL, SKY, stream=True):
            if chunk.message.content:
                break
        assert len((await client.ps()).models) == 2

    asyncio.run(talk())


def test_port_in_use(promptchain, simulation):
    port = simulation.url.rsplit(":", 1)[1]
    result = subprocess.run(
        [promptchain, "simulate", "--port", port], capture_output=True, text=True, timeout=20, check=False
    )
    assert result.returncode != 0
    assert "in use" in result.stderr

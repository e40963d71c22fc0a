"""Drives the fake at sys.argv[1] by the openai package: what it accepts, what it refuses, and by which exceptions the
package tells."""
import json
import sys
import typing
import urllib.request

import openai
import pydantic

url = sys.argv[1]
client = openai.OpenAI(base_url=url + "/v1", api_key="sk-fake", max_retries=0)
SYSTEM = {"role": "system", "content": "Reply with JSON.\ntask: analysis\nparts: core\n"}
USER = {"role": "user", "content": "\nBEGIN x\npaper: 2606.00001\ntitle: T\n[Abstract]\nIt works.\nEND x\nlanguage: English\n"}


class Statement(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    sentence: str
    quotes: typing.List[str]


class Part(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    part: typing.Literal["core"]
    statements: typing.List[Statement]


class Analysis(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    paper: str
    parts: typing.List[Part]


def refused(kind, code, **request):
    arguments = {"model": "reader-1", "messages": [SYSTEM, USER]} | request
    try:
        client.chat.completions.create(**arguments)
    except kind as error:
        assert code is None or error.code == code, (error.code, code)
        return
    raise AssertionError(f"not refused: {request}")


assert [model.id for model in client.models.list()] == ["reader-1", "scorer-1", "reasoner-1"]

answer = client.chat.completions.create(model="reader-1", messages=[SYSTEM, USER], max_tokens=100)
assert answer.choices[0].finish_reason == "stop" and answer.usage.total_tokens > 0
assert json.loads(answer.choices[0].message.content)["paper"] == "2606.00001"

# The package's own way from a type to a strict schema, and back.
parsed = client.chat.completions.parse(model="reader-1", messages=[SYSTEM, USER], response_format=Analysis)
assert parsed.choices[0].message.parsed.parts[0].statements[0].quotes == ["It works."], parsed

client.chat.completions.create(model="reader-1", messages=[SYSTEM, USER], response_format={"type": "json_object"})
client.chat.completions.create(model="reasoner-1", messages=[SYSTEM, USER], max_completion_tokens=100)

refused(openai.NotFoundError, "model_not_found", model="nobody")
refused(openai.BadRequestError, "unsupported_parameter", model="reasoner-1", max_tokens=100)
refused(openai.BadRequestError, "missing_required_parameter", messages=[])
refused(openai.BadRequestError, "unknown_parameter", extra_body={"flavour": "sweet"})
refused(openai.BadRequestError, "context_length_exceeded", max_tokens=200_000)
refused(openai.BadRequestError, None, messages=[{"role": "user", "content": "Hello"}], response_format={"type": "json_object"})
open_schema = {"name": "open", "strict": True, "schema": {"type": "object", "properties": {"a": {"type": "string"}}}}
refused(openai.BadRequestError, "invalid_json_schema", response_format={"type": "json_schema", "json_schema": open_schema})
stranger = openai.OpenAI(base_url=url + "/v1", api_key="sk-nobody", max_retries=0)
try:
    stranger.models.list()
    raise AssertionError("a wrong key is let in")
except openai.AuthenticationError as error:
    assert error.code == "invalid_api_key"


def fault(**what):
    request = urllib.request.Request(url + "/_fake/fault", json.dumps(what).encode(), {"Content-Type": "application/json"})
    urllib.request.urlopen(request).close()


quota = json.dumps({"error": {"message": "no money", "type": "insufficient_quota", "param": None, "code": "insufficient_quota"}})
fault(path="/v1/chat", kind="instead", status=429, body=quota, headers=["Retry-After: 3"], times=1)
refused(openai.RateLimitError, "insufficient_quota")
fault(path="/v1/chat", kind="instead", status=500, body="{}", times=1)
refused(openai.InternalServerError, None)
print("openai", openai.__version__, "and the fake agree")

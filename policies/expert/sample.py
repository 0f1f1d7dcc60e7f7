"""A model's response as a sample for the record."""

from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart

from ...memory import Sample


def sample_of(response: ModelResponse, *, seed: int, seconds: float) -> Sample:
    """Keep the raw answer, what it used, and what it cost where pydantic-ai knows the price.

    A price that nobody knows counts as 0. Half surrogate pairs, which UTF-8 cannot write, stand as
    `?` in the text.
    """
    return Sample(
        text=_raw(response).encode(errors="replace").decode(),
        verdict="ok",
        finish_reason=response.finish_reason,
        seed=seed,
        input_tokens=response.usage.input_tokens,
        output_tokens=response.usage.output_tokens,
        seconds=seconds,
        cost=_cost(response),
        response_id=response.provider_response_id,
    )


def _raw(response: ModelResponse) -> str:
    """The arguments of the tool call that carries the answer, or else the text; as they came."""
    calls = [part for part in response.parts if isinstance(part, ToolCallPart)]
    if calls:
        return "\n".join(_arguments(call) for call in calls)

    return "\n".join(part.content for part in response.parts if isinstance(part, TextPart))


def _arguments(call: ToolCallPart) -> str:
    return call.args if isinstance(call.args, str) else call.args_as_json_str()


def _cost(response: ModelResponse) -> float:
    """US dollars: what was reported, else tokens times list price, else 0."""
    if response.usage.cost is not None:
        return float(response.usage.cost)

    if not response.model_name or not (response.usage.input_tokens or response.usage.output_tokens):
        return 0.0

    try:
        return float(response.cost().total_price)
    except (LookupError, ValueError):
        return 0.0

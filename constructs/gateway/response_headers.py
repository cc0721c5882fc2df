"""Static headers, in the notation of each place that sends them."""

from collections.abc import Iterable, Mapping


def method_response_parameters(headers: Iterable[str]) -> dict[str, bool] | None:
    """Parameters of a method response, which must declare every header of its integration response."""
    return {f"method.response.header.{name}": True for name in headers} or None


def integration_response_parameters(headers: Mapping[str, str], passed: Iterable[str] = ()) -> dict[str, str] | None:
    """Parameters of an integration response, including headers that are passed on from the backend's answer."""
    static_values = {f"method.response.header.{name}": static_value(value) for name, value in headers.items()}
    of_backend = {f"method.response.header.{name}": f"integration.response.header.{name}" for name in passed}
    return static_values | of_backend or None


def gateway_response_parameters(headers: Mapping[str, str]) -> dict[str, str]:
    """Parameters of a gateway response."""
    return {f"gatewayresponse.header.{name}": static_value(value) for name, value in headers.items()}


def static_value(value: str) -> str:
    """A static value is in quotes. API Gateway interprets a value without them as a mapping expression."""
    return f"'{value}'"

"""Headers with a value of their own, in the words of each place that sends them."""

from collections.abc import Iterable, Mapping


def method_response_parameters(headers: Iterable[str]) -> dict[str, bool] | None:
    """For a method response, which must name every header that its integration response sends."""
    return {f"method.response.header.{name}": True for name in headers} or None


def integration_response_parameters(headers: Mapping[str, str], passed: Iterable[str] = ()) -> dict[str, str] | None:
    """For an integration response, with those that pass from the backend's answer."""
    static_values = {f"method.response.header.{name}": static_value(value) for name, value in headers.items()}
    of_backend = {f"method.response.header.{name}": f"integration.response.header.{name}" for name in passed}
    return static_values | of_backend or None


def gateway_response_parameters(headers: Mapping[str, str]) -> dict[str, str]:
    """For a gateway response."""
    return {f"gatewayresponse.header.{name}": static_value(value) for name, value in headers.items()}


def static_value(value: str) -> str:
    """A static value needs quotes of its own, or API Gateway takes it for a mapping expression."""
    return f"'{value}'"

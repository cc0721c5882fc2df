"""Headers with a value of their own, in the words of each place that sends them."""

from collections.abc import Mapping


def declared(headers: Mapping[str, str]) -> dict[str, bool] | None:
    """For a method response, which must name every header that its integration response sends."""
    return {f"method.response.header.{name}": True for name in headers} or None


def mapped(headers: Mapping[str, str]) -> dict[str, str] | None:
    """For an integration response."""
    return {f"method.response.header.{name}": static(value) for name, value in headers.items()} or None


def of_gateway(headers: Mapping[str, str]) -> dict[str, str]:
    """For a gateway response."""
    return {f"gatewayresponse.header.{name}": static(value) for name, value in headers.items()}


def static(value: str) -> str:
    """A static value needs quotes of its own, or API Gateway takes it for a mapping expression."""
    return f"'{value}'"

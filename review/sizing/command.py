"""The command `size`."""

from typing import Annotated

import typer

from review.answer_seconds import ANSWER_SECONDS
from review.compilation import announce_compilation
from review.options import AsJson, Output, form_of
from review.table import Format, show


def size(
    *,
    users: Annotated[
        int, typer.Option(min=0, max=1_000_000, help="Users in the busiest hour, if there is one tier.")
    ] = 0,
    requests_per_hour: Annotated[
        float, typer.Option(min=0, max=3_600_000, help="Requests of each user in the busiest hour.")
    ] = 0,
    seconds: Annotated[
        float, typer.Option(min=0.001, max=900, help="Seconds that an answer takes, to its last token.")
    ] = ANSWER_SECONDS,
    tokens: Annotated[int, typer.Option(min=0, help="Tokens of a request, prompt and answer together.")] = 0,
    slots: Annotated[int, typer.Option(min=0, help="Requests that the backend works on at once.")] = 0,
    requests_per_minute: Annotated[int, typer.Option(min=0, help="The account's or provider's quota of requests.")] = 0,
    tokens_per_minute: Annotated[int, typer.Option(min=0, help="The account's or provider's quota of tokens.")] = 0,
    tier: Annotated[
        list[str] | None,
        typer.Option(help="NAME:USERS:REQUESTS_PER_HOUR[:TOKENS], a usage plan of its own; may be repeated."),
    ] = None,
    per_address: Annotated[int, typer.Option(min=1, max=1_000_000, help="Users behind one IP address.")] = 1,
    quantile: Annotated[
        float, typer.Option(min=0.5, max=0.99999, help="The share of the time in which the limits should suffice.")
    ] = 0.99,
    route: Annotated[str, typer.Option(help="The route that the bucket is for.")] = "POST /v1/chat/completions",
    form: Output = Format.TABLE,
    as_json: AsJson = False,
) -> None:
    """Compute limits without a log, from users, requests, durations, tokens and the backend's capacity. Show the
    arithmetic.
    """
    form = form_of(form, as_json=as_json)
    from review.signs_of_life import signs_of_life
    from review.sizing.demand import Demand, tiers_of
    from review.sizing.proof import prove
    from review.sizing.report import report
    from review.sizing.route import refuse_unless_route
    from review.sizing.size import size as sized_by

    tiers = tiers_of(
        tier or (),
        users=users,
        requests_per_hour=requests_per_hour,
        tokens=tokens,
        tokens_per_minute=tokens_per_minute,
    )
    refuse_unless_route(route)
    sized = sized_by(
        Demand(
            tiers=tiers,
            seconds=seconds,
            slots=slots,
            requests_per_minute=requests_per_minute,
            tokens_per_minute=tokens_per_minute,
            per_address=per_address,
            quantile=quantile,
        )
    )
    announce_compilation()
    with signs_of_life("simulating the busiest hour"):
        proof = prove(sized, route)
    show(report(sized, proof, route), form)

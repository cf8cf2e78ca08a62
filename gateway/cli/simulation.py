"""simulate: answer like a candidate, through the real commands, for trying and testing integrations."""

import random
from typing import Annotated

import typer

from gateway.cli import frame
from gateway.cli.accounts import Account

simulate = typer.Typer(help="Act as a candidate: begin or complete an invite.", no_args_is_help=True)
InviteId = Annotated[str, typer.Argument(help="The invite: inv_…")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(simulate, name="simulate")


@simulate.command("start")
def start(invite_id: InviteId, account: Account = None) -> None:
    """Begin an invite, as the candidate does by pressing Begin."""
    typer.echo(f"Attempt {_act(invite_id, account, finish=False, seed=None)} is begun.")


@simulate.command("complete")
def complete(
    invite_id: InviteId,
    account: Account = None,
    seed: Annotated[int | None, typer.Option(help="Answers of the same seed are the same.")] = None,
) -> None:
    """Answer every statement of an invite and complete it; spends a credit like any candidate."""
    typer.echo(f"Attempt {_act(invite_id, account, finish=True, seed=seed)} is completed.")


def _act(invite_id: str, account: str | None, *, finish: bool, seed: int | None) -> int:
    settings = frame.settings()
    from domain.instruments import bank
    from domain.invites import attempts
    from domain.kernel.actor import Actor
    from domain.results import norms
    from gateway.demo.people import Population

    instrument = bank.current(bank.PROFILE)
    assert instrument is not None

    async def act() -> int:
        async with frame.database(settings) as database:
            actor = Actor.candidate(await frame.account_id_of(database, account), invite_id)
            async with database.work(actor) as uow:
                attempt = await attempts.start(uow, invite_id)
            if finish:
                drawn = seed if seed is not None else random.SystemRandom().randrange(2**32)
                answers = Population(drawn, instrument, norms.designed().norms).answers()
                async with database.work(actor) as uow:
                    await attempts.save(uow, attempt, answers)
                async with database.work(actor) as uow:
                    await attempts.complete(uow, attempt)
            return attempt

    return frame.run(act)

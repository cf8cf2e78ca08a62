"""Which statements are held to an account (Q-1): judged by what SQLAlchemy will really write."""

from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    tablesample,
    text,
    true,
    union_all,
    update,
)
from sqlalchemy.orm import aliased

from domain.candidates.model import Candidate
from domain.invites.model import Attempt, Invite
from domain.kernel.jobs import WorkerBeat
from domain.kernel.statements import ACCOUNT, OWNER, Statement, any_of
from domain.kernel.tenancy import CrossesAccounts, check
from domain.results.model import Result

OWN = Invite.account_id == ACCOUNT
OWN_CANDIDATE = Candidate.account_id == ACCOUNT
SAME_CANDIDATE = Candidate.key == Invite.candidate_key
SAME_ACCOUNT = Candidate.account_id == Invite.account_id
ANNA = Invite.email == "anna@example.com"
INVITES = Invite.__table__
OTHER = INVITES.alias("other")
NAMED_LIKE_ANOTHER = INVITES.alias("candidate")
FREE_NAMES = select(Candidate.name).scalar_subquery()
"""Reads the candidates of everybody."""

HELD: dict[str, Any] = {
    "a table compared with the parameter": select(Invite.key).where(OWN),
    "the parameter on the left": select(Invite.key).where(ACCOUNT == Invite.account_id),  # noqa: SIM300  that is the point
    "a number instead of a parameter": select(Invite.key).where(Invite.account_id == 9_000_001),
    "an alias": select(OTHER.c.key).where(OTHER.c.account_id == ACCOUNT),
    "one condition among others": select(Invite.key).where(ANNA, and_(OWN, or_(Invite.status == "pending", Invite.status == "started"))),
    "a join on the account": select(Invite.key).join(Candidate, and_(SAME_ACCOUNT, SAME_CANDIDATE)).where(OWN),
    "a join held in its own condition": select(Invite.key).join(Candidate, and_(OWN_CANDIDATE, SAME_CANDIDATE)).where(OWN),
    "a join through a third table": select(Result.attempt_id)
    .join(Attempt, Attempt.account_id == Result.account_id)
    .join(Invite, Invite.account_id == Attempt.account_id)
    .where(OWN),
    "an outer join on the account": select(Invite.key).outerjoin(Candidate, and_(SAME_ACCOUNT, SAME_CANDIDATE)).where(OWN),
    "an outer join held on both sides": select(Invite.key).outerjoin(Candidate, and_(OWN_CANDIDATE, SAME_CANDIDATE)).where(OWN),
    "EXISTS on another table by the account": select(Invite.key).where(OWN, exists().where(SAME_ACCOUNT, SAME_CANDIDATE)),
    "EXISTS held by itself": select(Invite.key).where(OWN, exists().where(OWN_CANDIDATE)),
    "a scalar held by itself": select(Invite.key, select(func.count(Candidate.key)).where(OWN_CANDIDATE).scalar_subquery()).where(OWN),
    "a table around, correlated": select(Invite.key).where(
        OWN, exists(select(Candidate.key).where(OWN_CANDIDATE, SAME_CANDIDATE).correlate(Invite))
    ),
    "a subquery in FROM": select(select(Invite.key).where(OWN).subquery().c.key),
    "a common table expression": select(select(Invite.key).where(OWN).cte().c.key),
    "a lateral that leans on the outer table": select(
        Invite.key, select(Candidate.name).where(SAME_ACCOUNT, SAME_CANDIDATE).lateral("c").c.name
    ).where(OWN),
    "the same table within, held again": select(Invite.key).where(OWN, Invite.key.in_(select(Invite.key).where(OWN, ANNA))),
    "a union of held parts": union_all(select(Invite.key).where(OWN), select(Candidate.key).where(OWN_CANDIDATE)),
    "keys of the table": select(Invite.key).where(OWN, any_of(Invite.key)),
    "a table of no account": select(WorkerBeat.name),
    "a function as a table": select(func.json_each("[1]").table_valued("value").c.value),
    "an update": update(Invite).where(Invite.account_id == OWNER, ANNA).values(name="x"),
    "an update from a held table": update(Invite).where(OWN, SAME_ACCOUNT, SAME_CANDIDATE).values(name=Candidate.name),
    "an update by a held scalar": update(Invite)
    .where(OWN)
    .values(name=select(Candidate.name).where(OWN_CANDIDATE, SAME_CANDIDATE).scalar_subquery()),
    "a delete": delete(Invite).where(OWN, Invite.expires_at < func.now()),
    "an insert": insert(Invite).values(key="inv_1"),
    "an insert of held rows": insert(Invite).from_select(["key"], select(Candidate.key).where(OWN_CANDIDATE)),
}

FREE: dict[str, Any] = {
    "nothing said": select(Invite.key),
    "another condition": select(Invite.key).where(ANNA),
    "a count": select(func.count()).select_from(Invite),
    "under OR": select(Invite.key).where(or_(OWN, ANNA)),
    "under NOT": select(Invite.key).where(not_(OWN)),
    "under a negated AND": select(Invite.key).where(not_(and_(OWN, ANNA))),
    "in a CASE": select(Invite.key).where(case((OWN, true()), else_=ANNA)),
    "more than the account": select(Invite.key).where(Invite.account_id >= ACCOUNT),
    "one of several accounts": select(Invite.key).where(Invite.account_id.in_([1, 2])),
    "a function of the account": select(Invite.key).where(func.abs(Invite.account_id) == ACCOUNT),
    "the account as something else": select(Invite.key).where(Invite.account_id == cast(literal("1"), BigInteger)),
    "the account with itself": select(Invite.key).where(Invite.account_id == Invite.account_id),
    "the alias instead of the table": select(Invite.key).select_from(OTHER).where(OTHER.c.account_id == ACCOUNT),
    "the table instead of the alias": select(aliased(Invite).key).where(OWN),
    "two tables, one held": select(Invite.key, Candidate.name).where(OWN, SAME_CANDIDATE),
    "a join on something else": select(Invite.key).join(Candidate, SAME_CANDIDATE).where(OWN),
    "joined accounts, none held": select(Invite.key).join(Candidate, SAME_ACCOUNT),
    "keys of a table that is not in FROM": select(Invite.key).where(OWN, any_of(Candidate.key)),
    "held only in the condition of an outer join": select(Invite.key).outerjoin(Candidate, and_(SAME_ACCOUNT, OWN)),
    "held only through the inner side of an outer join": select(Invite.key).outerjoin(Candidate, and_(SAME_ACCOUNT, OWN_CANDIDATE)),
    "a full join": select(Invite.key).join(Candidate, and_(SAME_ACCOUNT, SAME_CANDIDATE), full=True).where(OWN),
    "EXISTS on another table": select(Invite.key).where(OWN, exists().where(SAME_CANDIDATE)),
    "held only within EXISTS": select(Invite.key).where(exists().where(SAME_ACCOUNT, OWN)),
    "the same table within": select(Invite.key).where(OWN, Invite.key.in_(select(Invite.key).where(ANNA))),
    "the same table within, told not to correlate": select(Invite.key).where(
        OWN, exists(select(Invite.key, Candidate.key).where(OWN_CANDIDATE).correlate(None))
    ),
    "the same name for another table within": select(NAMED_LIKE_ANOTHER.c.key).where(
        NAMED_LIKE_ANOTHER.c.account_id == ACCOUNT, exists(select(Candidate.key).where(Candidate.name == "Anna"))
    ),
    "within a NOT": select(Invite.key).where(OWN, not_(Invite.key.in_(select(Candidate.key)))),
    "a scalar in the columns": select(Invite.key, FREE_NAMES).where(OWN),
    "a scalar in the order": select(Invite.key).where(OWN).order_by(func.coalesce(FREE_NAMES, "")),
    "a scalar in GROUP BY": select(func.count(Invite.key)).where(OWN).group_by(FREE_NAMES),
    "a scalar in HAVING": select(func.count(Invite.key)).where(OWN).having(FREE_NAMES == "Anna"),
    "a scalar in LIMIT": select(Invite.key).where(OWN).limit(select(func.count(Candidate.key)).scalar_subquery()),
    "a scalar in OFFSET": select(Invite.key).where(OWN).offset(select(func.count(Candidate.key)).scalar_subquery()),
    "a scalar in the argument of a table function": select(func.json_each(FREE_NAMES).table_valued("value").c.value),
    "a subquery in FROM": select(select(Invite.key).subquery().c.key),
    "a subquery in FROM under two names": select(select(Invite.key).subquery().alias().c.key),
    "a common table expression": select(select(Invite.key).cte().c.key),
    "a lateral": select(Invite.key, select(Candidate.name).where(SAME_CANDIDATE).lateral("c").c.name).where(OWN),
    "a subquery beside a held table": select(Invite.key, select(Candidate.name).subquery().c.name).where(OWN),
    "a sample of a table": select(tablesample(INVITES, 5).c.key),
    "a union with a free part": union_all(select(Invite.key).where(OWN), select(Candidate.key)),
    "a FROM clause in text": select(func.count()).select_from(text("invite")),
    "a statement in text": text("SELECT key FROM invite").columns(Invite.key),
    "an update": update(Invite).where(ANNA).values(name="x"),
    "an update from a free table": update(Invite).where(OWN, SAME_CANDIDATE).values(name=Candidate.name),
    "an update by a free scalar": update(Invite).where(OWN).values(name=FREE_NAMES),
    "an update that answers a free scalar": update(Invite).where(OWN).values(name="x").returning(FREE_NAMES),
    "a delete": delete(Invite).where(ANNA),
    "a delete with a free table": delete(Invite).where(OWN, SAME_CANDIDATE),
    "an insert of free rows": insert(Invite).from_select(["key"], select(Candidate.key)),
    "an insert of a free scalar": insert(Invite).values(name=FREE_NAMES),
}


class TestCheck:
    @pytest.mark.parametrize("statement", HELD.values(), ids=HELD)
    def test_passes(self, statement: Any) -> None:
        check(statement)

    @pytest.mark.parametrize("statement", FREE.values(), ids=FREE)
    def test_refuses(self, statement: Any) -> None:
        with pytest.raises(CrossesAccounts):
            check(statement)

    def test_names_the_tables_and_shows_the_statement(self) -> None:
        with pytest.raises(CrossesAccounts, match=r"candidate, invite not held to an account in:\nSELECT"):
            check(select(Invite.key, Candidate.name))


class TestStatement:
    def test_is_refused_when_it_is_built(self) -> None:
        with pytest.raises(CrossesAccounts):
            Statement(lambda _dialect: select(Invite.key), "Invite", None)

    def test_is_checked_as_each_database_gets_it(self) -> None:
        with pytest.raises(CrossesAccounts):
            Statement(lambda dialect: select(Invite.key).where(OWN if dialect == "sqlite" else ANNA), "Invite", None)

    def test_may_cross_accounts_when_it_says_why(self) -> None:
        assert Statement(lambda _dialect: select(Invite.key), "Invite", "a reason").unscoped == "a reason"

"""The limit: SQL that builds the JSON by hand, behind plain aiohttp; what any gateway could reach at best."""

import asyncio
import os
from typing import Any

import asyncpg
import orjson
from aiohttp import web

ACCOUNT = int(os.environ["ACCOUNT"])
_AT = "to_char({0} at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
_STATUS = "upper(case when status in ('pending', 'started') and expires_at <= now() then 'expired' else status end)"
_INVITE = f"""json_build_object('key', key, 'status', {_STATUS}, 'origin', upper(origin), 'email', email, 'name', name,
  'language', upper(language), 'label', label, 'sendEmail', send_email, 'reminders', reminders,
  'createdAt', {_AT.format("created_at")}, 'expiresAt', {_AT.format("expires_at")}, 'completedAt', {_AT.format("completed_at")})"""
_SCALES = "(select json_agg(json_build_object('rawPercent', raw / 10.0, 'cValue', c / 10.0)) from unnest(raw_tenths, c_tenths) t(raw, c))"
_C_VALUES = "(select json_agg(json_build_object('cValue', c / 10.0)) from unnest(c_tenths) t(c))"
STATEMENTS = {
    "Point": f"""select json_build_object('data', json_build_object('candidate', json_build_object('key', key, 'name', name, 'email', email,
      'language', upper(language), 'protected', protected, 'createdAt', {_AT.format("created_at")})))::text
      from candidate where account_id = $1 and key = $2""",
    "Candidates": f"""select json_build_object('data', json_build_object('candidates', json_build_object('nodes', json_agg(json_build_object(
      'key', p.key, 'name', p.name, 'email', p.email,
      'invites', (select json_build_object('nodes', coalesce(json_agg(json_build_object('key', i.key, 'status', i.shown, 'createdAt', i.at)), '[]'))
        from (select key, {_STATUS} shown, {_AT.format("created_at")} at from invite where account_id = $1 and candidate_key = p.key
          order by created_at desc, key desc limit 2) i),
      'results', (select json_build_object('nodes', coalesce(json_agg(json_build_object('normVersion', r.norm_version, 'scales', r.scales)), '[]'))
        from (select norm_version, {_SCALES} scales from result where account_id = $1 and candidate_key = p.key
          order by completed_at desc, attempt_id desc limit 1) r)
      ) order by p.created_at desc, p.key desc))))::text
      from (select * from candidate where account_id = $1 order by created_at desc, key desc limit 50) p""",
    "List": f"""select json_build_object('data', json_build_object('invites', json_build_object('nodes', json_agg({_INVITE} order by created_at desc, key desc))))::text
      from (select * from invite where account_id = $1 order by created_at desc, key desc limit 100) i""",
    "Teams": f"""select json_build_object('data', json_build_object('teams', json_agg(json_build_object('key', t.key, 'name', t.name,
      'members', (select json_agg(json_build_object('match', m.match, 'candidate', json_build_object('key', p.key, 'name', p.name,
        'results', (select json_build_object('nodes', coalesce(json_agg(json_build_object('scales', r.scales)), '[]'))
          from (select {_C_VALUES} scales from result where account_id = $1 and candidate_key = p.key
            order by completed_at desc, attempt_id desc limit 1) r))) order by m.place)
        from bench_member m join candidate p on p.account_id = $1 and p.key = m.candidate_key
        where m.account_id = $1 and m.team_key = t.key)) order by t.key)))::text
      from (select * from bench_team where account_id = $1 order by key limit 5) t""",
}


async def main() -> None:
    pool = await asyncpg.create_pool(os.environ["DATABASE_URL"], min_size=int(os.environ["POOL"]), max_size=int(os.environ["POOL"]))

    async def answer(request: web.Request) -> web.Response:
        asked: Any = orjson.loads(await request.read())
        name = next((name for name in STATEMENTS if asked["query"].startswith(f"query {name}")), "Point")
        given = [asked["variables"].get("key")] if name == "Point" else []
        text = await pool.fetchval(STATEMENTS[name], ACCOUNT, *given)
        return web.Response(text=text or "{}", content_type="application/json")

    app = web.Application()
    app.router.add_post("/graphql", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(os.environ["PORT"])).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main())

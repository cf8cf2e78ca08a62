-- What PostGraphile makes a graph of: views of one account with the names and spellings of ours.
create schema peer;

create type peer.scale as (raw_percent float8, c_value float8);

create view peer.person as
  select key, name, email, upper(language) as language, protected, created_at as at
  from candidate where account_id = ACCOUNT;

create view peer.invitation as
  select key, candidate_key,
    upper(case when status in ('pending', 'started') and expires_at <= now() then 'expired' else status end) as status,
    upper(origin) as origin, email, name, upper(language) as language, label, send_email, reminders,
    created_at as at, expires_at as until, completed_at as done
  from invite where account_id = ACCOUNT;

create view peer.outcome as
  select attempt_id, candidate_key, norm_version, completed_at as at,
    (select array_agg(row(raw / 10.0, c / 10.0)::peer.scale) from unnest(raw_tenths, c_tenths) t(raw, c)) as scales
  from result where account_id = ACCOUNT;

create view peer.team as select key, name from bench_team where account_id = ACCOUNT;
create view peer.member as select team_key, place, candidate_key, match from bench_member where account_id = ACCOUNT;

create function peer.written(at timestamptz) returns text language sql stable as
  $$ select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;
create function peer.person_created(one peer.person) returns text language sql stable as $$ select peer.written(one.at) $$;
create function peer.invitation_created(one peer.invitation) returns text language sql stable as $$ select peer.written(one.at) $$;
create function peer.invitation_expires(one peer.invitation) returns text language sql stable as $$ select peer.written(one.until) $$;
create function peer.invitation_completed(one peer.invitation) returns text language sql stable as $$ select peer.written(one.done) $$;

comment on view peer.person is E'@primaryKey key';
comment on view peer.invitation is E'@primaryKey key\n@foreignKey (candidate_key) references person (key)|@foreignFieldName invites';
comment on view peer.outcome is E'@primaryKey attempt_id\n@foreignKey (candidate_key) references person (key)|@foreignFieldName results';
comment on view peer.team is E'@primaryKey key';
comment on view peer.member is E'@primaryKey team_key,place\n@foreignKey (team_key) references team (key)|@foreignSimpleFieldName members\n@foreignKey (candidate_key) references person (key)|@fieldName candidate';
comment on function peer.written is E'@behavior -*';

// The part of the graph that the operations ask for, with a loader for each list, as one would write it by hand.
import DataLoader from 'dataloader'
import pg from 'pg'

export const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: Number(process.env.POOL) })
const ACCOUNT = Number(process.env.ACCOUNT)

export const typeDefs = `
  scalar DateTime
  enum InviteStatus { PENDING STARTED COMPLETED EXPIRED CANCELED }
  enum Origin { DIRECT OPEN_LINK }
  enum Language { EN DE }
  type Query {
    candidate(key: ID!): Candidate
    candidates(first: Int): CandidateConnection!
    invites(first: Int): InviteConnection!
    teams(first: Int!): [Team!]!
  }
  type Team { key: String! name: String! members: [Member!]! }
  type Member { match: Float! candidate: Candidate! }
  type CandidateConnection { nodes: [Candidate!]! }
  type InviteConnection { nodes: [Invite!]! }
  type ResultConnection { nodes: [Result!]! }
  type Candidate {
    key: String!
    name: String!
    email: String
    language: Language
    protected: Boolean!
    createdAt: DateTime!
    invites(first: Int): InviteConnection!
    results(first: Int): ResultConnection!
  }
  type Invite {
    key: String!
    status: InviteStatus!
    origin: Origin!
    email: String!
    name: String!
    language: Language!
    label: String
    sendEmail: Boolean!
    reminders: Int!
    createdAt: DateTime!
    expiresAt: DateTime!
    completedAt: DateTime
  }
  type Result { normVersion: Int! scales: [ScaleScore!]! }
  type ScaleScore { rawPercent: Float cValue: Float }
`

const query = async (name, text, values) => (await pool.query({ name, text, values })).rows
const moment = (value) => value && value.toISOString()
const upper = (value) => value && value.toUpperCase()
const OPEN = new Set(['pending', 'started'])

const PERSON = 'select key, name, email, language, protected, created_at from candidate where account_id = $1'
const INVITE_COLUMNS = `key, candidate_key, status, origin, email, name, language, label, send_email, reminders, created_at,
  expires_at, completed_at`
const RESULT_COLUMNS = 'candidate_key, norm_version, raw_tenths, c_tenths'
const INVITE = `select ${INVITE_COLUMNS} from invite where account_id = $1`
const MEMBERS = `select team_key, candidate_key, match from bench_member where account_id = $1 and team_key = any($2)
  order by team_key, place`

// one query for the first few of each parent
const each = (table, columns, order) => `select found.* from unnest($2::text[]) parent(key) cross join lateral (
  select ${columns} from ${table} where account_id = $1 and candidate_key = parent.key order by ${order} limit $3) found`

const invitesOf = (first) => new DataLoader(async (keys) => {
  const rows = await query('invites', each('invite', INVITE_COLUMNS, 'created_at desc, key desc'), [ACCOUNT, keys, first])
  return grouped(keys, rows)
}, { cache: false })
const resultsOf = (first) => new DataLoader(async (keys) => {
  const rows = await query('results', each('result', RESULT_COLUMNS, 'completed_at desc, attempt_id desc'), [ACCOUNT, keys, first])
  return grouped(keys, rows)
}, { cache: false })

const peopleByKey = () => new DataLoader(async (keys) => {
  const rows = await query('people by key', `${PERSON} and key = any($2)`, [ACCOUNT, keys])
  const found = new Map(rows.map((row) => [row.key, row]))
  return keys.map((key) => found.get(key))
})
const membersOf = () => new DataLoader(async (keys) => grouped(keys, await query('members', MEMBERS, [ACCOUNT, keys]), 'team_key'))

function grouped (keys, rows, column = 'candidate_key') {
  const found = new Map(keys.map((key) => [key, []]))
  for (const row of rows) found.get(row[column]).push(row)
  return keys.map((key) => found.get(key))
}

const loader = (context, name, make, first = 0) => {
  context.loaders ??= new Map()
  const key = name + first
  if (!context.loaders.has(key)) context.loaders.set(key, make(first))
  return context.loaders.get(key)
}

export const resolvers = {
  Query: {
    candidate: async (_, { key }) => (await query('person', `${PERSON} and key = $2`, [ACCOUNT, key]))[0],
    candidates: async (_, { first }) => ({ nodes: await query('people', `${PERSON} order by created_at desc, key desc limit $2`, [ACCOUNT, first]) }),
    teams: (_, { first }) => query('teams', 'select key, name from bench_team where account_id = $1 order by key limit $2', [ACCOUNT, first]),
    invites: async (_, { first }) => ({ nodes: await query('list', `${INVITE} order by created_at desc, key desc limit $2`, [ACCOUNT, first]) })
  },
  Team: { members: (row, _, context) => loader(context, 'members', membersOf).load(row.key) },
  Member: { candidate: (row, _, context) => loader(context, 'people', peopleByKey).load(row.candidate_key) },
  Candidate: {
    language: (row) => upper(row.language),
    createdAt: (row) => moment(row.created_at),
    invites: async (row, { first }, context) => ({ nodes: await loader(context, 'invites', invitesOf, first).load(row.key) }),
    results: async (row, { first }, context) => ({ nodes: await loader(context, 'results', resultsOf, first).load(row.key) })
  },
  Invite: {
    status: (row) => OPEN.has(row.status) && row.expires_at <= Date.now() ? 'EXPIRED' : upper(row.status),
    origin: (row) => upper(row.origin),
    language: (row) => upper(row.language),
    sendEmail: (row) => row.send_email,
    createdAt: (row) => moment(row.created_at),
    expiresAt: (row) => moment(row.expires_at),
    completedAt: (row) => moment(row.completed_at)
  },
  Result: {
    normVersion: (row) => row.norm_version,
    scales: (row) => row.raw_tenths.map((raw, place) => ({ raw, c: row.c_tenths[place] }))
  },
  ScaleScore: {
    rawPercent: (score) => score.raw === null ? null : score.raw / 10,
    cValue: (score) => score.c === null ? null : score.c / 10
  }
}

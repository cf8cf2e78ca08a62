import { createServer } from 'node:http'
import { makePgService } from 'postgraphile/adaptors/pg'
import { grafserv } from 'postgraphile/grafserv/node'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { postgraphile } from 'postgraphile'

const preset = {
  extends: [PostGraphileAmberPreset],
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  pgServices: [makePgService({
    connectionString: process.env.DATABASE_URL,
    schemas: ['peer'],
    poolConfig: { max: Number(process.env.POOL) }
  })],
  schema: { defaultBehavior: '+connection +list', pgJwtSecret: undefined },
  grafserv: { graphiql: false, watch: false },
  grafast: { explain: false }
}
const server = createServer()
await postgraphile(preset).createServ(grafserv).addTo(server)
server.listen(Number(process.env.PORT), '127.0.0.1')

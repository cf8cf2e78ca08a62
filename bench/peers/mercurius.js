import Fastify from 'fastify'
import mercurius from 'mercurius'
import { resolvers, typeDefs } from './graph.js'

const app = Fastify()
app.register(mercurius, { schema: typeDefs, resolvers, jit: 1, context: () => ({}) })
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })

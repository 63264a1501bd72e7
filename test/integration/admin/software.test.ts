// Which software a member of a group is, said by the clients that people use: not in the protocol's answers, but in the API's.
import { beforeAll, expect, test } from 'vitest'
import { missingClients } from '../../harness/clients.ts'
import { eventually } from '../../harness/eventually.ts'
import { start } from '../../harness/process.ts'
import { readyTopic } from '../../harness/ready-topic.ts'
import { memberClients } from '../member-clients.ts'
import { inside } from './inside.ts'

const TOPIC = 'shared'
const PATIENCE = { timeoutMs: 60_000 }
const SILENCE = 'nothing'
/** kafkajs asks for versions in a form that says nothing of itself. */
const said: Readonly<Record<(typeof memberClients)[number]['name'], RegExp>> = {
  librdkafka: /^confluent-kafka-python 2\.\d+\.\d+/,
  java: /^apache-kafka-java 4\.\d+\.\d+$/,
  kafkajs: new RegExp(`^${SILENCE}$`),
  platformatic: /^platformatic-kafka \d+\.\d+\.\d+$/,
  kcat: /^librdkafka \d+\.\d+\.\d+$/,
}

const present: (typeof memberClients)[number][] = []
for (const client of memberClients) {
  if ((await missingClients(client.kind)) === undefined) present.push(client)
}

const { bootstrap, call, peer } = inside({ 'group.initial.rebalance.delay.ms': '0' })

beforeAll(() => readyTopic(peer(), TOPIC))

test.skipIf(present.length === 0)('a member of a group is known by what its client says that it is', async () => {
  const members = await Promise.all(
    present.map(async ({ name, program }) => {
      const running = start(program(bootstrap(), `group-of-${name}`, TOPIC))
      const look = async () => (await call('group', { group: `group-of-${name}` })).memberRows[0]
      try {
        const { software } = await eventually(`${name} is a member`, look, PATIENCE)
        return { name, software }
      } finally {
        await running.kill()
      }
    }),
  )
  for (const { name, software } of members)
    expect(software === null ? SILENCE : `${software.name} ${software.version}`, name).toMatch(said[name])
})

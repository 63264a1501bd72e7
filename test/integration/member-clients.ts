// Five clients behind one shape: a member of a group that prints its assignments and records, with a session of six seconds.
import { type ClientKind, script } from '../harness/clients.ts'
import type { Command } from '../harness/process.ts'

interface MemberClient {
  readonly name: string
  readonly kind: ClientKind
  readonly program: (bootstrap: string, group: string, topic: string) => Command
}

const kcatFormat = 'record %p %o\\n'
const kcatSettings = [
  'session.timeout.ms=6000',
  'heartbeat.interval.ms=500',
  'auto.commit.interval.ms=200',
  'auto.offset.reset=earliest',
]

export const memberClients = [
  {
    name: 'librdkafka',
    kind: 'python',
    program: (...args) => script.python('member.py', ...args),
  },
  { name: 'java', kind: 'java', program: (...args) => script.java('Member', ...args) },
  { name: 'kafkajs', kind: 'node', program: (...args) => script.node('kafkajs.mjs', 'member', ...args) },
  {
    name: 'platformatic',
    kind: 'node',
    program: (...args) => script.node('platformatic.mjs', 'member', ...args),
  },
  {
    name: 'kcat',
    kind: 'kcat',
    program: (bootstrap, group, topic) => ({
      command: 'kcat',
      args: [
        '-b',
        bootstrap,
        '-u',
        '-f',
        kcatFormat,
        ...kcatSettings.flatMap((setting) => ['-X', setting]),
        '-G',
        group,
        topic,
      ],
    }),
  },
] as const satisfies readonly MemberClient[]

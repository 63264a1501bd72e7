// `millrace completion`: a script for the shell, which asks `millrace __complete` for what may stand next.
import type { Command } from 'commander'
import { Client } from '../client/client.ts'
import { listGroups } from '../client/groups.ts'
import { listTopics } from '../client/topics.ts'
import { exitCode } from '../exit-codes.ts'
import { readProfiles } from '../profiles.ts'
import { resolveSettings } from '../settings.ts'
import type { Terminal } from '../terminal.ts'
import { candidates, type Given, type NameKind, type Names } from './candidates.ts'
import { scripts } from './scripts.ts'

export type Shell = keyof typeof scripts

/** Who presses Tab does not wait longer for a cluster. */
const PATIENCE_MS = 1500

export const script = (terminal: Terminal, shell: Shell): number => {
  terminal.print(scripts[shell])
  return exitCode('ok')
}

/** One candidate a line; nothing at all where something fails, as nobody would read why. */
export const complete = async (terminal: Terminal, program: Command, words: readonly string[]): Promise<number> => {
  const names: Names = async (kind, given) => {
    try {
      return await namesOf(terminal, kind, given)
    } catch {
      return []
    }
  }
  for (const candidate of await candidates(program, words, names)) terminal.print(candidate)
  return exitCode('ok')
}

const namesOf = async (terminal: Terminal, kind: NameKind, given: Given): Promise<readonly string[]> => {
  switch (kind) {
    case 'profile':
      return Object.keys((await readProfiles(terminal.environment)).profiles)
    case 'key': {
      const { definitions } = await import('../../configs/definitions.ts')
      return definitions.map(({ name }) => name)
    }
    case 'topic':
      return asking(terminal, given, async (client) => (await listTopics(client)).map(({ name }) => name))
    case 'group':
      return asking(terminal, given, async (client) => (await listGroups(client)).map(({ group }) => group))
    case 'resource':
      return asking(terminal, given, async (client) => {
        const { brokers } = await client.cluster()
        const topics = await listTopics(client)
        return ['broker', ...brokers.map(({ id }) => `broker/${id}`), ...topics.map(({ name }) => `topic/${name}`)]
      })
  }
}

const asking = async <T>(
  terminal: Terminal,
  { bootstrap: named, profile }: Given,
  work: (client: Client) => Promise<T>,
): Promise<T> => {
  const { bootstrap } = await resolveSettings(terminal, {
    ...(named === undefined ? {} : { bootstrap: named }),
    ...(profile === undefined ? {} : { profile }),
  })
  const client = await Client.open({ bootstrap, timeoutMs: PATIENCE_MS })
  try {
    return await work(client)
  } finally {
    client.close()
  }
}

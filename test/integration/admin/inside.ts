// A broker in this process with its admin server, a client of its API that holds each answer against the contract, and a
// client of the protocol beside it.
import { start, type RunningBroker } from 'millrace'
import { type Call, createClient } from 'millrace/admin/client.js'
import { readToken } from 'millrace/admin/token-file.js'
import { afterAll, beforeAll } from 'vitest'
import { removeDirectory, temporaryDirectory } from '../../harness/cleanup.ts'
import { Peer } from '../../harness/peer.ts'

export interface Inside {
  /** Address of the admin server. */
  readonly base: () => string
  /** Calls with the token of the data directory, as an admin. */
  readonly call: Call
  /** For clients of the protocol. */
  readonly bootstrap: () => string
  readonly peer: () => Peer
  readonly dataDirectory: () => string
  readonly authorization: () => { readonly authorization: string }
  readonly fetch: (path: string, init?: RequestInit) => Promise<Response>
}

const ANY_PORT = {
  listeners: 'PLAINTEXT://127.0.0.1:0',
  'admin.listener': 'http://127.0.0.1:0',
  // However little room the machine has: it is no problem of these brokers.
  'millrace.disk.soft.limit.bytes': '0',
  'millrace.disk.hard.limit.bytes': '0',
}

/** One broker for the tests of a file. */
export const inside = (properties: Readonly<Record<string, string>> = {}): Inside => {
  let broker: RunningBroker | undefined
  let peer: Peer | undefined
  let directory = ''

  beforeAll(async () => {
    directory = temporaryDirectory('admin')
    broker = await start({ properties: { ...ANY_PORT, 'log.dirs': directory, ...properties } })
    peer = await Peer.open(broker.listeners[0]?.port ?? 0)
  })
  afterAll(async () => {
    peer?.close()
    await broker?.stop()
    removeDirectory(directory)
  })

  const base = (): string => broker?.console ?? ''
  const authorization = () => ({ authorization: `Bearer ${readToken([directory])?.token ?? ''}` })
  return {
    base,
    call: (name, input) => createClient({ base: base(), headers: authorization(), checked: true })(name, input),
    bootstrap: () => `127.0.0.1:${broker?.listeners[0]?.port ?? 0}`,
    peer: () => {
      if (peer === undefined) throw new Error('the broker has not started')
      return peer
    },
    dataDirectory: () => directory,
    fetch: (path, init) => fetch(`${base()}${path}`, init),
    authorization,
  }
}

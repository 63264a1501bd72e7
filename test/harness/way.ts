// A way to a broker on which the answers to fetches can be held back: records are acknowledged there, and do not come back.
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

const PRODUCE = 0
const FETCH = 1
const API_KEY_AT = 4

export interface Way {
  readonly port: number
  readonly hold: () => void
  readonly release: () => void
  /** Before the next so many requests to produce get through, the answers to fetches are held. */
  readonly holdBefore: (requests: number) => void
  readonly close: () => Promise<void>
}

/** `target` answers the port of the broker, which may be known only later. */
export const openWay = async (target: () => number): Promise<Way> => {
  const sockets = new Set<Socket>()
  let held: (() => void)[] | null = null
  let left = Infinity
  const server = createServer((client) => {
    const broker = connect(target(), '127.0.0.1')
    let isReader = false
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    client.on('data', (chunk: Buffer) => {
      // A client sends nothing here that is longer than what arrives at once.
      const api = chunk.length > API_KEY_AT + 1 ? chunk.readInt16BE(API_KEY_AT) : -1
      if (api === FETCH) isReader = true
      if (api === PRODUCE && --left < 0) held ??= []
      broker.write(chunk)
    })
    broker.on('data', (chunk: Buffer) => {
      const pass = (): void => void client.write(chunk)
      if (held !== null && isReader) held.push(pass)
      else pass()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    hold: () => {
      held ??= []
    },
    release: () => {
      const passing = held ?? []
      held = null
      left = Infinity
      for (const pass of passing) pass()
    },
    holdBefore: (requests) => {
      left = requests - 1
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

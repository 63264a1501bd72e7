// The brokers that are kept from case to case. One at a time is awake: the others are stopped where they stand, which costs nothing.
import type { ProcessName } from './columns.ts'
import { type Server, startServer } from './server.ts'

export class Lab {
  readonly #servers = new Map<ProcessName, Server>()
  readonly #warm = new Set<string>()

  /** Whether this process has seen such load; from now on it has. */
  warms(name: ProcessName, load: string): boolean {
    const key = `${name}: ${load}`
    const isCold = !this.#warm.has(key)
    this.#warm.add(key)
    return isCold
  }

  /** The broker, started if it is not there, while all others are stopped. */
  async alone(name: ProcessName): Promise<Server> {
    this.#stopAll()
    const server = this.#servers.get(name) ?? (await startServer(name))
    this.#servers.set(name, server)
    server.signal('SIGCONT')
    return server
  }

  /** For a case that starts its own: nobody else is awake. */
  quiet(): void {
    this.#stopAll()
  }

  /** Ends all; who is asked for again is started anew, and cold. */
  async close(): Promise<void> {
    this.#warm.clear()
    const servers = [...this.#servers.values()]
    this.#servers.clear()
    for (const server of servers) server.signal('SIGCONT')
    await Promise.all(servers.map((server) => server.stop()))
  }

  #stopAll(): void {
    for (const server of this.#servers.values()) server.signal('SIGSTOP')
  }
}

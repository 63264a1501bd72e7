// The brokers that are kept from case to case. One at a time is awake: the others are stopped where they stand, which costs nothing.
import type { ProcessName } from './columns.ts'
import { type Server, startServer } from './server.ts'

export class Lab {
  readonly #servers = new Map<ProcessName, Server>()

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

  async close(): Promise<void> {
    const servers = [...this.#servers.values()]
    this.#servers.clear()
    for (const server of servers) server.signal('SIGCONT')
    await Promise.all(servers.map((server) => server.stop()))
  }

  #stopAll(): void {
    for (const server of this.#servers.values()) server.signal('SIGSTOP')
  }
}

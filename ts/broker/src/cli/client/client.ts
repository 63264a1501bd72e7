// A cluster of any kind, seen from outside: who is in it, and each request to the broker that answers it.
import type { ErrorCode } from '../../base/error-codes.ts'
import { type Address, showAddress } from '../../client/address.ts'
import { COMMAND_LINE } from '../../client/command-line.ts'
import { Connection, type Trouble } from '../../client/connection.ts'
import { metadata } from '../../messages/03-metadata.ts'
import { findCoordinator } from '../../messages/10-find-coordinator.ts'
import type { AnyStruct, Api, Draft, Infer } from '../../wire/schema.ts'
import { check, Failure, FIND_BROKER } from '../failure.ts'

export interface BrokerAddress extends Address {
  readonly id: number
  readonly rack: string | null
}

export interface Cluster {
  readonly id: string | null
  readonly controllerId: number
  readonly brokers: readonly BrokerAddress[]
}

/** Told of each thing that is waited for; calls what it answers when that is over. */
export type Waiting = (what: string) => () => void

export interface ClientOptions {
  readonly bootstrap: readonly Address[]
  readonly timeoutMs: number
  readonly waiting?: Waiting
}

/** Between two attempts where a broker says that a later one may work. */
const RETRY_PAUSE_MS = 100
/** What a cluster that comes up, or that moves something, answers for a moment. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'NOT_CONTROLLER',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'OFFSET_NOT_AVAILABLE',
])

export class Client {
  readonly timeoutMs: number
  readonly bootstrap: Address
  readonly #first: Connection
  readonly #waiting: Waiting
  readonly #byBroker = new Map<number, Promise<Connection>>()
  #cluster: Promise<Cluster> | null = null

  private constructor(first: Connection, timeoutMs: number, waiting: Waiting) {
    this.#first = first
    this.bootstrap = first.address
    this.timeoutMs = timeoutMs
    this.#waiting = waiting
  }

  /** Connects to the first of them that answers. Throws the failure of the last if none does. */
  static async open({ bootstrap, timeoutMs, waiting = SILENT }: ClientOptions): Promise<Client> {
    let last: unknown = new Failure('usage', 'no broker is named')
    for (const address of bootstrap) {
      try {
        return new Client(await connectTo(address, timeoutMs, waiting), timeoutMs, waiting)
      } catch (error) {
        last = error
      }
    }
    throw last
  }

  cluster(): Promise<Cluster> {
    return (this.#cluster ??= this.#askCluster())
  }

  /** Whatever any broker answers. */
  ask<Q extends AnyStruct, R extends AnyStruct>(api: Api<Q, R>, request: Draft<Q>): Promise<Infer<R>> {
    return this.#exchange(this.#first, api, request)
  }

  async askController<Q extends AnyStruct, R extends AnyStruct>(api: Api<Q, R>, request: Draft<Q>): Promise<Infer<R>> {
    const { controllerId } = await this.cluster()
    return controllerId < 0 ? this.ask(api, request) : this.askBroker(controllerId, api, request)
  }

  async askBroker<Q extends AnyStruct, R extends AnyStruct>(
    id: number,
    api: Api<Q, R>,
    request: Draft<Q>,
  ): Promise<Infer<R>> {
    return this.#exchange(await this.connectionTo(id), api, request)
  }

  /** Waits for a coordinator that is still coming up. */
  async askCoordinator<Q extends AnyStruct, R extends AnyStruct>(
    group: string,
    api: Api<Q, R>,
    request: Draft<Q>,
  ): Promise<Infer<R>> {
    return this.askBroker(await this.#coordinator(group), api, request)
  }

  /** The connection to one broker. Throws where it cannot be reached, or is not in the cluster. */
  connectionTo(id: number): Promise<Connection> {
    let opening = this.#byBroker.get(id)
    if (opening === undefined) this.#byBroker.set(id, (opening = this.#open(id)))
    return opening
  }

  /** Repeats while `attempt` throws what a later attempt may not meet, for as long as one request may take. */
  async retrying<T>(attempt: () => Promise<T>): Promise<T> {
    const deadline = performance.now() + this.timeoutMs
    for (;;) {
      try {
        return await attempt()
      } catch (error) {
        const canPass = error instanceof Failure && error.code !== null && PASSING.has(error.code)
        if (!canPass || performance.now() > deadline) throw error
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_PAUSE_MS))
    }
  }

  close(): void {
    this.#first.close()
    // One that could not be opened was reported where it was needed.
    for (const opening of this.#byBroker.values()) opening.then((connection) => connection.close()).catch(() => {})
  }

  #exchange<Q extends AnyStruct, R extends AnyStruct>(
    connection: Connection,
    api: Api<Q, R>,
    request: Draft<Q>,
  ): Promise<Infer<R>> {
    const over = this.#waiting(`${api.name} of ${showAddress(connection.address)}`)
    return connection.ask(api, request).finally(over)
  }

  async #askCluster(): Promise<Cluster> {
    const none = { topics: [], allowAutoTopicCreation: false }
    const { brokers, clusterId, controllerId } = await this.ask(metadata, none)
    return { id: clusterId, controllerId, brokers: brokers.map(({ nodeId, ...rest }) => ({ id: nodeId, ...rest })) }
  }

  async #open(id: number): Promise<Connection> {
    const { brokers } = await this.cluster()
    const broker = brokers.find((one) => one.id === id)
    if (broker === undefined)
      throw new Failure('notFound', `broker ${id} is not in the cluster`, { next: 'millrace cluster info' })
    try {
      return await connectTo(broker, this.timeoutMs, this.#waiting)
    } catch (error) {
      throw isAdvertisedElsewhere(error, broker, this.bootstrap) ? advertised(error, broker) : error
    }
  }

  #coordinator(group: string): Promise<number> {
    return this.retrying(async () => {
      const answer = await this.ask(findCoordinator, { key: group, keyType: 0, coordinatorKeys: [group] })
      const found = answer.coordinators[0] ?? answer
      check(`group ${group}`, found.errorCode, found.errorMessage)
      return found.nodeId
    })
  }
}

const SILENT: Waiting = () => () => undefined

const connectTo = (address: Address, timeoutMs: number, waiting: Waiting): Promise<Connection> =>
  Connection.open(address, { clientId: COMMAND_LINE, timeoutMs, failure }).finally(
    waiting(`connection to ${showAddress(address)}`),
  )

const failure = (address: Address, { why, isUnreachable }: Trouble): Failure =>
  isUnreachable
    ? new Failure('unreachable', `${showAddress(address)} cannot be asked: ${why}`, {
        next: FIND_BROKER,
        code: 'NETWORK_EXCEPTION',
      })
    : new Failure('failure', `the broker at ${showAddress(address)} ${why}`)

const isAdvertisedElsewhere = (error: unknown, broker: Address, asked: Address): error is Failure =>
  error instanceof Failure && (broker.host !== asked.host || broker.port !== asked.port)

// The commonest trap of Kafka: the first connection works, and every other goes where the cluster says it is.
const advertised = (error: Failure, broker: BrokerAddress): Failure =>
  new Failure(error.outcome, `${error.message} (the address that broker ${broker.id} advertises)`, {
    next: `set advertised.listeners of broker ${broker.id} to an address that is reachable from here`,
    cause: error,
  })

// A client library behind one protocol: a program of `test/clients` that gets the address of the broker as its argument, reads one
// JSON request a line and answers each with one JSON line, in order:
//
//   {"id":0,"op":"hello"}       {"id":0,"ok":{"client":"kafkajs","version":"2.2.4"}}
//   {"id":1,"op":"commit",...}  {"id":1,"error":{"code":"ILLEGAL_GENERATION","message":"..."}}
//   {"id":2,"op":"lag",...}     {"id":2,"unsupported":"the library has no ..."}
//
// Keys, values and header values are UTF-8. It ends when its standard input does; standard error is for people.
import { type Command, type Running, start } from '../../harness/process.ts'

export type Codec = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

export interface Message {
  readonly key: string | null
  readonly value: string | null
  readonly headers: readonly (readonly [string, string])[]
  /** Milliseconds; null leaves it to the client. */
  readonly timestamp: number | null
}

export interface Received extends Message {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
}

export type Start =
  | { readonly at: 'earliest' | 'latest' }
  | { readonly offset: number }
  | { readonly timestamp: number }

export type Assignor = 'range' | 'roundrobin' | 'cooperative-sticky'

export type TopicPartition = readonly [topic: string, partition: number]

interface On {
  readonly consumer: string
}

interface At {
  readonly topic: string
  readonly partition: number
}

/** Request and answer of every operation. */
export interface Operations {
  readonly hello: [request: object, answer: { readonly client: string; readonly version: string }]
  readonly produce: [
    request: {
      readonly topic: string
      /** null: the partitioner of the client chooses. */
      readonly partition: number | null
      readonly codec: Codec
      readonly acks: -1 | 0 | 1
      readonly idempotent: boolean
      /** One batch, where the client batches. */
      readonly records: readonly Message[]
    },
    /** In the order of the records; -1 where the client does not tell. */
    answer: { readonly offsets: readonly number[] },
  ]
  /** One partition, without sharing it with a group; answers when the position is known. */
  readonly open: [request: On & At & { readonly from: Start }, answer: object]
  /** Subscribes as a member of a group, committing nothing by itself; does not wait for an assignment. */
  readonly join: [
    request: On & {
      readonly group: string
      readonly topics: readonly string[]
      /** null: what the client does by itself. */
      readonly assignor: Assignor | null
      readonly instanceId: string | null
      readonly reset: 'earliest' | 'latest'
      readonly sessionMs: number
    },
    answer: object,
  ]
  readonly assignment: [request: On, answer: { readonly partitions: readonly TopicPartition[] }]
  /** Answers as soon as `count` records are there, never more, or what is there when the time is over. */
  readonly poll: [
    request: On & { readonly count: number; readonly timeoutMs: number },
    answer: { readonly records: readonly Received[] },
  ]
  /** The positions behind what `poll` handed out. */
  readonly commit: [request: On, answer: object]
  readonly seek: [request: On & At & { readonly offset: number }, answer: object]
  readonly pause: [request: On & At, answer: object]
  readonly resume: [request: On & At, answer: object]
  /** Leaves in order, committing nothing. */
  readonly close: [request: On, answer: object]
  /** -1: none. */
  readonly committed: [request: At & { readonly group: string }, answer: { readonly offset: number }]
  readonly createTopic: [
    request: { readonly topic: string; readonly partitions: number; readonly configs: Configs },
    answer: object,
  ]
  readonly describeTopic: [
    request: { readonly topic: string },
    answer: {
      readonly partitions: readonly {
        readonly partition: number
        readonly leader: number
        readonly replicas: readonly number[]
        readonly isr: readonly number[]
      }[]
    },
  ]
  readonly describeConfigs: [request: { readonly topic: string }, answer: { readonly configs: Configs }]
  /** One by one where the client offers it; other settings stay as they are. */
  readonly alterConfigs: [request: { readonly topic: string; readonly configs: Configs }, answer: object]
  readonly createPartitions: [request: { readonly topic: string; readonly total: number }, answer: object]
  readonly deleteRecords: [request: At & { readonly before: number }, answer: { readonly lowWatermark: number }]
  readonly deleteTopic: [request: { readonly topic: string }, answer: object]
  readonly listGroups: [request: object, answer: { readonly groups: readonly string[] }]
  readonly describeGroup: [
    request: { readonly group: string },
    answer: {
      /** Kafka's word: Stable, Empty, ... */
      readonly state: string
      readonly members: readonly {
        readonly clientId: string
        readonly instanceId: string | null
        readonly assignment: readonly TopicPartition[]
      }[]
    },
  ]
  readonly deleteGroup: [request: { readonly group: string }, answer: object]
  /** By partition: the end of the log less the committed offset, by the calls of the client. */
  readonly lag: [
    request: { readonly group: string; readonly topic: string },
    answer: { readonly partitions: Readonly<Record<string, number>> },
  ]
}

export type Configs = Readonly<Record<string, string>>
export type Operation = keyof Operations
export type Request<O extends Operation> = Operations[O][0]
export type Answer<O extends Operation> = Operations[O][1]

/** The library does not offer what was asked. */
export class Unsupported extends Error {}

/** The client answered with an error. */
export class ClientError extends Error {
  readonly code: string

  constructor(operation: string, code: string, message: string) {
    super(`${operation}: ${code}: ${message}`)
    this.code = code
  }
}

export interface Driver {
  readonly call: <O extends Operation>(operation: O, request: Request<O>) => Promise<Answer<O>>
  /** False once it ended, or did not answer in time. */
  readonly usable: () => boolean
  readonly kill: () => Promise<void>
  /** Ends it in order. */
  readonly stop: () => Promise<void>
  readonly stderr: () => string
}

/** Beyond the time that `poll` itself may take. */
const ANSWER_TIMEOUT_MS = 40_000
const END_TIMEOUT_MS = 15_000

export const startDriver = (command: Command): Driver => {
  const running: Running = start(command)
  let asked = 0
  let usable = true
  void running.exited.catch(() => undefined).then(() => (usable = false))

  const call = async <O extends Operation>(operation: O, request: Request<O>): Promise<Answer<O>> => {
    const id = asked
    asked += 1
    const patience = 'timeoutMs' in request ? request.timeoutMs : 0
    running.write(`${JSON.stringify({ id, op: operation, ...request })}\n`)
    const line = await running
      .line(`the answer to ${operation}`, () => running.lines[id], ANSWER_TIMEOUT_MS + patience)
      .catch(async (cause: unknown) => {
        // What it answers from now on would be taken for the answer to something else.
        usable = false
        await running.kill()
        throw cause
      })
    return read<O>(line, id, operation)
  }

  return {
    call,
    usable: () => usable,
    kill: () => running.kill(),
    stderr: running.stderr,
    stop: async () => {
      running.end()
      const timer = setTimeout(() => running.signal('SIGKILL'), END_TIMEOUT_MS)
      const code = await running.exited.finally(() => clearTimeout(timer))
      if (code !== 0) throw new Error(`the driver ended with ${code}\n${running.stderr()}`)
    },
  }
}

const read = <O extends Operation>(line: string, id: number, operation: O): Answer<O> => {
  const answer = JSON.parse(line) as {
    readonly id: number
    readonly ok?: Answer<O>
    readonly error?: { readonly code: string; readonly message: string }
    readonly unsupported?: string
  }
  if (answer.id !== id) throw new Error(`the driver answered ${answer.id} to request ${id}: ${line}`)
  if (answer.unsupported !== undefined) throw new Unsupported(`${operation}: ${answer.unsupported}`)
  if (answer.error !== undefined) throw new ClientError(operation, answer.error.code, answer.error.message)
  if (answer.ok === undefined) throw new Error(`neither ok nor error: ${line}`)
  return answer.ok
}

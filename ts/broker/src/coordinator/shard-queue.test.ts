import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../base/error-codes.ts'
import { manualClock } from '../base/clock.ts'
import { BrokerError } from '../base/errors.ts'
import { silentLogger } from '../base/logger.ts'
import { encodeBatch, readBatches } from './record-batch.ts'
import type { RecordsPort } from './records-port.ts'
import { Runtime } from './runtime.ts'
import { Draft, type Shard, type Ticket } from './shard.ts'

/** A counter per name: adds, answers with the new value, and can be asked to wait for a timeout. */
interface Count {
  readonly name: string
  readonly value: number
}

type Command =
  | { readonly add: string; readonly by: number; readonly ticket: Ticket<number> }
  | { readonly wait: string; readonly ms: number; readonly ticket: Ticket<string> }
  | { readonly timeout: string; readonly ticket: Ticket<string> }
  | { readonly note: string }
  | { readonly addAll: readonly string[]; readonly ticket: Ticket<string> }

type Counts = Map<string, number> & { notes?: string[] }

const counting: Shard<Counts, Command, Count> = {
  create: () => new Map(),
  handle(state, command) {
    const draft = new Draft<Command, Count>()
    if ('add' in command) {
      if (Number.isNaN(command.by)) throw new BrokerError('INVALID_REQUEST')
      const value = (state.get(command.add) ?? 0) + command.by
      if (command.by !== 0) draft.record({ name: command.add, value })
      draft.answer(command.ticket, value)
      if (command.add === 'followed') {
        draft.followUp = { stored: { note: 'stored' }, failed: (error) => ({ note: error }) }
      }
    } else if ('wait' in command) {
      draft.schedule(command.wait, command.ms, { timeout: command.wait, ticket: command.ticket })
    } else if ('timeout' in command) {
      draft.answer(command.ticket, `${command.timeout} is over`)
    } else if ('addAll' in command) {
      for (const name of command.addAll) draft.record({ name, value: 1 })
      draft.answer(command.ticket, 'all')
    } else {
      state.notes = [...(state.notes ?? []), command.note]
    }
    return draft
  },
  apply(state, record) {
    const before = state.get(record.name) ?? 0
    state.set(record.name, record.value)
    return { name: record.name, value: before }
  },
  keyOf: ({ name }) => name,
  loaded: () => new Draft(),
  restored(state) {
    state.notes = [...(state.notes ?? []), 'restored']
    return new Draft()
  },
  codec: {
    encode: ({ name, value }) => {
      if (name === 'unwritable') throw new RangeError('a string is too long')
      return { key: Buffer.from(name), value: Buffer.from(`${value}`) }
    },
    decode: ({ key, value }) =>
      key.toString().startsWith('?') ? null : { name: key.toString(), value: Number(value?.toString() ?? 0) },
  },
}

const setUp = async (log: Buffer[] = []) => {
  const clock = manualClock()
  const appends: { batch: Buffer; stored: () => void; failed: (code: ErrorCode) => void }[] = []
  const turns: (() => void)[] = []
  const pumps: (() => void)[] = []
  const port: RecordsPort = {
    append: (_partition, batch) =>
      new Promise((resolve, reject) => {
        appends.push({ batch, stored: () => resolve(0), failed: (code) => reject(new BrokerError(code)) })
      }),
    read: async (_partition, offset) => log[offset] ?? Buffer.alloc(0),
  }
  const runtime = new Runtime({
    shard: counting,
    port,
    clock,
    logger: silentLogger,
    pump: () => pumps.shift()?.(),
    endOfTurn: (run) => turns.push(run),
    batchBytesMax: 1000,
  })
  await runtime.load(0)
  const add = (name: string, by: number) =>
    runtime.submit<number>(0, (ticket) => ({ add: name, by, ticket })).catch((error: BrokerError) => error.code)
  const endTurn = async (): Promise<void> => {
    turns.splice(0).forEach((run) => run())
    await settled()
  }
  return { clock, runtime, appends, add, endTurn, pumps }
}

const settled = async (): Promise<void> => {
  for (let round = 0; round < 10; round++) await Promise.resolve()
}

const keysOf = (batch: Buffer | undefined): string[] =>
  [...readBatches(batch ?? Buffer.alloc(0))].flatMap(({ records }) => records.map(({ key }) => key.toString()))

const withOffset = (records: { name: string; value: number }[], base: number): Buffer => {
  const batch = encodeBatch(
    records.map((record) => counting.codec.encode(record)),
    0,
  )
  batch.writeBigInt64BE(BigInt(base), 0)
  return batch
}

describe('a shard in its runtime', () => {
  it('makes one batch of what one turn decides, and answers when it is stored', async () => {
    const { add, appends, endTurn } = await setUp()
    const answers: unknown[] = []
    for (const by of [1, 2, 3]) void add('a', by).then((value) => answers.push(value))
    await endTurn()
    expect(appends).toHaveLength(1)
    expect(keysOf(appends[0]?.batch)).toEqual(['a', 'a', 'a'])
    expect(answers).toEqual([])
    appends[0]?.stored()
    await settled()
    expect(answers).toEqual([1, 3, 6])
  })

  it('gathers the next batch while one is being stored', async () => {
    const { add, appends, endTurn } = await setUp()
    void add('a', 1)
    await endTurn()
    void add('b', 1)
    void add('c', 1)
    await endTurn()
    expect(appends).toHaveLength(1)
    appends[0]?.stored()
    await settled()
    expect(appends.map(({ batch }) => keysOf(batch))).toEqual([['a'], ['b', 'c']])
  })

  it('splits at the size of a batch and refuses what fits none', async () => {
    const { add, appends, endTurn } = await setUp()
    const long = 'x'.repeat(500)
    void add(long, 1)
    void add(`${long}y`, 1)
    const refused = add('z'.repeat(1000), 1)
    await endTurn()
    appends[0]?.stored()
    await settled()
    expect(appends.map(({ batch }) => keysOf(batch).length)).toEqual([1, 1])
    expect(await refused).toBe('UNKNOWN_SERVER_ERROR')
  })

  // A group with tens of thousands of committed partitions could not be deleted: its tombstones fit no batch.
  it('spreads a decision over batches when it fits none, and answers after the last', async () => {
    const { runtime, appends, endTurn } = await setUp()
    const names = Array.from({ length: 50 }, (_, index) => `${index}`)
    let storedAtAnswer: string[] = []
    const stored = (): string[] => appends.flatMap(({ batch }) => keysOf(batch))
    const answer = runtime
      .submit<string>(0, (ticket) => ({ addAll: names, ticket }))
      .then(() => (storedAtAnswer = stored()))
    await endTurn()
    for (let at = 0; at < appends.length; at++) {
      expect(appends[at]?.batch.length).toBeLessThanOrEqual(1000)
      expect(storedAtAnswer).toEqual([])
      appends[at]?.stored()
      await settled()
    }
    await answer
    expect(appends.length).toBeGreaterThan(1)
    expect(storedAtAnswer).toEqual(names)
  })

  it('keeps what is stored of a spread decision when the rest cannot be', async () => {
    const { runtime, appends, endTurn } = await setUp()
    const names = Array.from({ length: 50 }, (_, index) => `${index}`)
    const answer = runtime.submit<string>(0, (ticket) => ({ addAll: names, ticket }))
    await endTurn()
    appends[0]?.stored()
    await settled()
    appends[1]?.failed('KAFKA_STORAGE_ERROR')
    await expect(answer).rejects.toMatchObject({ code: 'NOT_COORDINATOR' })
    const stored = keysOf(appends[0]?.batch)
    expect(runtime.read(0, (state) => names.filter((name) => state.get(name) === 1))).toEqual(stored)
  })

  // Whoever else was to be answered with it, as the members of a group are with its assignment, waited for ever.
  it('answers everybody when a record cannot be written', async () => {
    const { runtime } = await setUp()
    const waiting = runtime.submit<string>(0, (ticket) => ({ wait: 'w', ms: 10, ticket }))
    void waiting.catch(() => {})
    runtime.tellAll({ addAll: ['unwritable'], ticket: { id: 1 } })
    await expect(waiting).rejects.toMatchObject({ code: 'UNKNOWN_SERVER_ERROR' })
  })

  it('shows readers what is stored, and decides on what is newest', async () => {
    const { add, runtime, appends, endTurn } = await setUp()
    const stored = (): number => runtime.read(0, (state, before) => before('a')?.value ?? state.get('a') ?? 0)
    void add('a', 1)
    await endTurn()
    const second = add('a', 1)
    await endTurn()
    expect(stored()).toBe(0)
    appends[0]?.stored()
    await settled()
    expect(stored()).toBe(1)
    appends[1]?.stored()
    expect(await second).toBe(2)
    expect(stored()).toBe(2)
  })

  it('holds back an answer that rests on what is not stored yet', async () => {
    const { add, appends, endTurn } = await setUp()
    void add('a', 5)
    const asked = add('a', 0)
    let answered = false
    void asked.then(() => (answered = true))
    await endTurn()
    expect(answered).toBe(false)
    appends[0]?.stored()
    expect(await asked).toBe(5)
  })

  it('takes back everything that is not stored when an append fails', async () => {
    const { add, runtime, appends, endTurn } = await setUp()
    const first = add('a', 1)
    await endTurn()
    const failing = [add('a', 10), add('followed', 1)]
    appends[0]?.stored()
    await first
    await settled()
    const gathered = add('a', 100)
    appends[1]?.failed('NOT_LEADER_OR_FOLLOWER')
    expect(await Promise.all([...failing, gathered])).toEqual(Array(3).fill('NOT_COORDINATOR'))
    expect(runtime.read(0, (state) => [state.get('a'), state.get('followed'), state.notes])).toEqual([
      1,
      0,
      ['restored', 'NOT_COORDINATOR'],
    ])
    const after = add('a', 1)
    await endTurn()
    appends[2]?.stored()
    expect(await after).toBe(2)
  })

  it('runs a follow-up once its records are stored', async () => {
    const { add, runtime, appends, endTurn } = await setUp()
    const done = add('followed', 1)
    await endTurn()
    expect(runtime.read(0, (state) => state.notes)).toBeUndefined()
    appends[0]?.stored()
    await done
    expect(runtime.read(0, (state) => state.notes)).toEqual(['stored'])
  })

  it('answers what a command throws to whoever sent it', async () => {
    const { add } = await setUp()
    expect(await add('a', Number.NaN)).toBe('INVALID_REQUEST')
  })

  it('hands over arrived requests before it evaluates a timeout', async () => {
    const { runtime, clock, pumps } = await setUp()
    const wait = (ms: number) => runtime.submit<string>(0, (ticket) => ({ wait: 'w', ms, ticket }))
    let over = false
    void wait(10).then(() => (over = true))
    pumps.push(() => void wait(10).then(() => (over = true)))
    clock.advance(15)
    await settled()
    expect(over).toBe(false)
    clock.advance(5)
    await settled()
    expect(over).toBe(true)
  })

  it('answers waiters when the partition moves away, and everybody after that', async () => {
    const { add, runtime, clock } = await setUp()
    const waiting = runtime.submit<string>(0, (ticket) => ({ wait: 'w', ms: 10, ticket }))
    runtime.unload(0)
    await expect(waiting).rejects.toMatchObject({ code: 'NOT_COORDINATOR' })
    expect(await add('a', 1)).toBe('NOT_COORDINATOR')
    expect(clock.pendingTimers).toBe(0)
  })
})

describe('loading', () => {
  it('replays batch after batch and skips what it does not know', async () => {
    const log: Buffer[] = []
    log[0] = withOffset(
      [
        { name: 'a', value: 1 },
        { name: '?', value: 9 },
      ],
      0,
    )
    log[2] = withOffset([{ name: 'a', value: 4 }], 2)
    const { runtime } = await setUp(log)
    expect(runtime.read(0, (state) => [...state])).toEqual([['a', 4]])
  })

  it('answers that it loads, and retries after a failure', async () => {
    const clock = manualClock()
    let failure: Error | null = new Error('disk')
    const runtime = new Runtime({
      shard: counting,
      port: {
        append: async () => 0,
        read: async () => {
          if (failure !== null) throw failure
          return Buffer.alloc(0)
        },
      },
      clock,
      logger: silentLogger,
      pump: () => {},
    })
    const ask = () => runtime.submit<number>(3, (ticket) => ({ add: 'a', by: 0, ticket })).catch((error) => error.code)
    const loading = runtime.load(3)
    expect(await ask()).toBe('COORDINATOR_LOAD_IN_PROGRESS')
    await loading
    expect(await ask()).toBe('COORDINATOR_NOT_AVAILABLE')
    failure = null
    clock.advance(1000)
    await ask()
    await settled()
    expect(await ask()).toBe(0)
  })

  // The offsets of a topic that was deleted while its partition was loaded stayed.
  it('hears afterwards what all were told meanwhile', async () => {
    let stored: (bytes: Buffer) => void = () => {}
    const runtime = new Runtime({
      shard: counting,
      port: { append: async () => 0, read: () => new Promise<Buffer>((resolve) => (stored = resolve)) },
      clock: manualClock(),
      logger: silentLogger,
      pump: () => {},
    })
    const loading = runtime.load(0)
    runtime.tellAll({ note: 'deleted' })
    stored(Buffer.alloc(0))
    await loading
    expect(runtime.read(0, (state) => state.notes)).toEqual(['deleted'])
  })

  it('counts what a transaction wrote from its commit on, and never over what came later', async () => {
    const log: Buffer[] = []
    const inTransaction = (batch: Buffer, producer: number, control = false): Buffer => {
      batch.writeInt16BE(0x10 | (control ? 0x20 : 0), 21)
      batch.writeBigInt64BE(BigInt(producer), 43)
      return batch
    }
    const marker = (base: number, producer: number, type: number): Buffer => {
      const key = Buffer.from([0, 0, 0, type])
      const batch = encodeBatch([{ key, value: Buffer.alloc(6) }], 0)
      batch.writeBigInt64BE(BigInt(base), 0)
      return inTransaction(batch, producer, true)
    }
    log[0] = inTransaction(
      withOffset(
        [
          { name: 'a', value: 1 },
          { name: 'b', value: 1 },
        ],
        0,
      ),
      7,
    )
    log[2] = withOffset([{ name: 'b', value: 2 }], 2)
    log[3] = inTransaction(withOffset([{ name: 'c', value: 3 }], 3), 8)
    log[4] = marker(4, 7, 1)
    log[5] = marker(5, 8, 0)
    log[6] = inTransaction(withOffset([{ name: 'd', value: 4 }], 6), 9)
    const { runtime } = await setUp(log)
    expect(runtime.read(0, (state) => Object.fromEntries(state))).toEqual({ a: 1, b: 2 })
  })
})

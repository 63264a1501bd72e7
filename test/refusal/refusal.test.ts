// The system refuses at random, under the real process: it never panics, it goes on or takes its directory out of service, and what was
// acknowledged is there afterwards.
import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { produce } from 'millrace/messages/00-produce.js'
import { fetch } from 'millrace/messages/01-fetch.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { batch, HEADER_BYTES, wholeBatches } from '../harness/batch.ts'
import { removeDirectory, temporaryDirectory } from '../harness/cleanup.ts'
import { eventually, GiveUp } from '../harness/eventually.ts'
import { Peer } from '../harness/peer.ts'
import { readyTopic } from '../harness/ready-topic.ts'
import { build, type Refusing, refusingBroker } from './libfiu.ts'

/** Starts of a broker for each kind of refusal. */
const LIVES = 5
/** After the first call that was refused. */
const RECORDS_MORE = 20
const RECORDS_MAX = 20_000
const RECORD_BYTES = 20_000
const TOPIC = 'work'
const [EIO, ENOSPC, SHORT] = [5, 28, 0]
const STORAGE_ERROR = 56
const OUT_OF_SERVICE = 'a data directory is out of service'
const TIMEOUT_MS = 300_000

/** What becomes of the broker: it goes on by itself, its directory is out of service until a restart, or either of them. */
type Outcome = 'goes on' | 'is out of service' | 'either'

interface Kind {
  readonly point: string
  readonly error: number
  readonly probability: number
  readonly outcome: Outcome
}

const kinds: readonly Kind[] = [
  { point: 'posix/io/rw/pwritev', error: EIO, probability: 0.02, outcome: 'is out of service' },
  { point: 'posix/io/rw/pwritev', error: ENOSPC, probability: 0.1, outcome: 'goes on' },
  { point: 'posix/io/rw/pwritev/reduce', error: SHORT, probability: 0.5, outcome: 'goes on' },
  { point: 'posix/io/rw/ftruncate', error: EIO, probability: 0.2, outcome: 'is out of service' },
  { point: 'posix/io/sync/fdatasync', error: EIO, probability: 0.02, outcome: 'is out of service' },
  { point: 'posix/io/sync/fsync', error: EIO, probability: 0.3, outcome: 'is out of service' },
  { point: 'posix/io/oc/open', error: EIO, probability: 0.1, outcome: 'either' },
  { point: 'posix/io/dir/rename', error: EIO, probability: 0.2, outcome: 'is out of service' },
  { point: 'posix/io/dir/rename', error: ENOSPC, probability: 0.2, outcome: 'either' },
]

const built = temporaryDirectory('refusal')
beforeAll(() => build(built), 1_300_000)
afterAll(() => removeDirectory(built))

/** What was acknowledged, by offset. */
type Acked = Map<number, Buffer>

/** Sends one record; answers the error code. */
const send = async (on: Peer, acked: Acked): Promise<number> => {
  const value = randomBytes(RECORD_BYTES)
  const topicData = [{ name: TOPIC, partitionData: [{ index: 0, records: batch([{ value }]) }] }]
  const answer = await on.call(produce, 9, { transactionalId: null, acks: -1, timeoutMs: 2000, topicData })
  const { errorCode, baseOffset } = answer.responses[0]!.partitionResponses[0]!
  if (errorCode === 0) acked.set(baseOffset, value)
  return errorCode
}

const expectAll = async (on: Peer, acked: Acked): Promise<void> => {
  const end = Math.max(...acked.keys()) + 1
  const missing = new Set(acked.keys())
  for (let offset = 0; offset < end;) {
    const partitions = [{ partition: 0, fetchOffset: offset, partitionMaxBytes: 1 << 22 }]
    const topics = [{ topic: TOPIC, partitions }]
    const answer = await on.call(fetch, 11, { maxWaitMs: 0, minBytes: 1, isolationLevel: 0, topics })
    const found = answer.responses[0]!.partitions[0]!
    expect(found.errorCode).toBe(0)
    const before = offset
    for (const whole of wholeBatches(found.records ?? Buffer.alloc(0))) {
      offset = Number(whole.readBigInt64BE(0))
      const value = acked.get(offset)
      if (value !== undefined && whole.subarray(HEADER_BYTES).includes(value)) missing.delete(offset)
      offset += 1
    }
    expect(offset).toBeGreaterThan(before)
  }
  expect([...missing]).toEqual([])
}

/** One life of a broker: it is refused what it asks the system for until it met that, and a little longer. */
const live = async ({ broker, refuse, refuseNothing, refusals }: Refusing, kind: Kind, acked: Acked): Promise<void> => {
  const on = await Peer.open(broker.port)
  await eventually('it serves', async () => (await send(on, acked)) === 0 || undefined)
  const before = refusals().length
  await refuse(kind.point, kind.error, kind.probability)
  const codes = new Set<number>()
  for (let sent = 0, more = RECORDS_MORE; more > 0; sent += 1) {
    codes.add(await send(on, acked))
    if (refusals().length > before) more -= 1
    expect(sent, `${kind.point} was never refused`).toBeLessThan(RECORDS_MAX)
  }
  await refuseNothing()
  await eventually(`${kind.point} ${kind.error}: it goes on, or says that it does not`, async () => {
    const isOut = broker.logs().includes(OUT_OF_SERVICE)
    if (isOut) expect(await send(on, acked)).toBe(STORAGE_ERROR)
    if (isOut && kind.outcome === 'goes on') throw new GiveUp(broker.logs())
    if (isOut || kind.outcome === 'is out of service') return isOut || undefined
    return (await send(on, acked)) === 0 || undefined
  })
  expect([...codes].filter((code) => code !== 0 && code !== STORAGE_ERROR)).toEqual([])
  expect(broker.logs()).not.toContain('panicked')
  on.close()
}

test.each(kinds)(
  '$point, error $error: nothing that was acknowledged is lost',
  async (kind) => {
    const directory = temporaryDirectory('refused')
    const refusing = await refusingBroker(built, directory, {
      'log.flush.offset.checkpoint.interval.ms': '100',
      'log.roll.ms': '300',
    })
    const { broker, refusals } = refusing
    const acked: Acked = new Map()
    try {
      const first = await Peer.open(broker.port)
      await readyTopic(first, TOPIC)
      first.close()
      for (let life = 0; life < LIVES; life += 1) {
        await live(refusing, kind, acked)
        await (life % 2 === 0 ? broker.kill() : broker.halt())
        await broker.restart()
        const on = await Peer.open(broker.port)
        await expectAll(on, acked)
        on.close()
      }
    } finally {
      await broker.stop()
    }
    const where = new Set(refusals().map(({ call, path }) => `${call} ${basename(path)}`))
    console.log(`${acked.size} records, ${refusals().length} calls refused: ${[...where].join(', ')}`)
    removeDirectory(directory)
  },
  TIMEOUT_MS,
)

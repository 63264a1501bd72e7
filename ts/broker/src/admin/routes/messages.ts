/** Messages of topics: looked through, looked at, taken away as a file. */
import { BrokerError } from '../../base/errors.ts'
import { type Cursor, offsetsLeft, readCursor, writeCursor } from '../../browse/cursor.ts'
import { createReads, type Shown, type Step } from '../../browse/read.ts'
import type { Payload } from '../../browse/slice.ts'
import { SliceRefused } from '../../browse/threads.ts'
import type { TopicImage } from '../../cluster/image.ts'
import { masksOf } from '../../configs/mask-rules.ts'
import type { Checked, Output } from '../contract.ts'
import { Download } from '../download.ts'
import { AdminError, invalidFilter } from '../failure.ts'
import type { RouteContext } from './context.ts'
import { messageFile } from './message-file.ts'
import type { RoutesOf } from './table.ts'

/** Of a payload in a list; all of it is in the answer for one message. */
const LISTED_CHARACTERS_MAX = 8 * 1024
const WHOLE_CHARACTERS_MAX = 4 * 1024 * 1024
const DOWNLOAD_SLICE_MESSAGES = 500

type WholePayload = NonNullable<Output<'message'>['value']>

export const messageRoutes = ({
  services: { cluster, configs, engine },
  threads,
}: RouteContext): RoutesOf<'messages' | 'message' | 'downloadMessages'> => {
  const reads = createReads(engine.queries, threads)

  const find = (name: string): TopicImage => {
    const topic = cluster.image().topicsByName.get(name)
    if (topic === undefined) throw new BrokerError('UNKNOWN_TOPIC_OR_PARTITION', `There is no topic ${name}.`)
    return topic
  }

  const goOn = async (topic: TopicImage, cursor: Cursor, shown: Omit<Shown, 'masks'>): Promise<Step> => {
    const masks = masksOf(configs.values(cluster.image())['admin.masking'], topic.name)
    try {
      const step = await reads.goOn(topic, cursor, { ...shown, masks })
      if (typeof step === 'string') throw invalidFilter(shown.filter?.language ?? 'text', step)
      return step
    } catch (thrown) {
      throw thrown instanceof SliceRefused ? refusals[thrown.why]() : thrown
    }
  }

  const checkExport = (): void => {
    if (configs.values(cluster.image())['admin.export.enable']) return
    throw new AdminError('EXPORT_OFF', 'Nothing is downloaded from this cluster.')
  }

  return {
    messages: async ({ topic: name, cursor: given, limit, ...asked }) => {
      const topic = find(name)
      const cursor = given === undefined ? await reads.begin(topic, asked) : cursorFrom(given)
      const step = await goOn(topic, cursor, {
        ...shownAs(asked),
        limit,
        charactersMax: LISTED_CHARACTERS_MAX,
        raw: false,
      })
      return answerOf(step)
    },
    message: async ({ topic: name, partition, offset, ...wishes }) => {
      const topic = find(name)
      const start = { from: 'offset', offset, partitions: [partition] } as const
      const cursor = await reads.begin(topic, start)
      const one = cursor.positions.map((position) => ({
        ...position,
        bound: Math.min(position.bound, position.at + 1),
      }))
      const shown = { ...wishes, filter: null, limit: 1, charactersMax: WHOLE_CHARACTERS_MAX, raw: true }
      const { slice } = await goOn(topic, { ...cursor, positions: one }, shown)
      const [found] = slice.messages
      if (found?.offset !== offset) {
        throw new AdminError(
          'NOT_FOUND',
          `Partition ${partition} of topic ${name} has no message ${offset} (any more).`,
        )
      }
      return {
        ...found,
        key: whole(found.key),
        value: whole(found.value),
        headers: found.headers.map((header) => ({ name: header.name, value: whole(header.value) })),
      }
    },
    downloadMessages: async ({ topic: name, format, max, ...asked }) => {
      const topic = find(name)
      const shown = { ...shownAs(asked), charactersMax: WHOLE_CHARACTERS_MAX, raw: true }
      const first = await reads.begin(topic, asked)
      const slices = async function* () {
        let cursor = first
        // What is wrong with the filter is said before the file begins.
        do {
          checkExport()
          const limit = Math.min(DOWNLOAD_SLICE_MESSAGES, max - cursor.matched)
          const step = await goOn(topic, cursor, { ...shown, limit })
          cursor = step.cursor
          yield step.slice.messages
        } while (offsetsLeft(cursor.positions) > 0 && cursor.matched < max)
      }
      const { type, pieces } = messageFile(format)
      return new Download(`${name}.${format}`, type, await begun(pieces(slices())))
    },
  }
}

const refusals: Readonly<Record<SliceRefused['why'], () => AdminError>> = {
  busy: () => new AdminError('BUSY', 'As many searches wait as may.'),
  tooSlow: () => new AdminError('TOO_SLOW', 'The filter took too long over one message.'),
}

type AskedFilter = Pick<Checked<'messages'>, 'filter' | 'language' | 'keyAs' | 'valueAs'>

const shownAs = ({ filter, language, keyAs, valueAs }: AskedFilter) => ({
  filter: filter === '' ? null : { language, expression: filter },
  keyAs,
  valueAs,
})

const cursorFrom = (text: string): Cursor => {
  const cursor = readCursor(text)
  if (cursor === null) throw new AdminError('INVALID_INPUT', 'cursor: this was never answered.')
  return cursor
}

const answerOf = ({ slice, cursor, elapsedMs }: Step): Output<'messages'> => {
  const left = offsetsLeft(cursor.positions)
  const seconds = Math.max(elapsedMs, 1) / 1000
  return {
    items: slice.messages.map((message) => ({ ...message, headers: [...message.headers] })),
    cursor: left === 0 && !cursor.follow ? null : writeCursor(cursor),
    progress: {
      scanned: String(cursor.scanned),
      matched: String(cursor.matched),
      bytes: String(cursor.bytes),
      elapsedMs: cursor.elapsedMs,
      scannedRate: Math.round(slice.scanned / seconds),
      bytesRate: Math.round(slice.bytes / seconds),
      offsetsDone: String(Math.max(0, cursor.offsetsTotal - left)),
      offsetsTotal: String(cursor.offsetsTotal),
    },
    failed: slice.failed,
    failure: slice.failure,
  }
}

const whole = (payload: Payload | null): WholePayload | null =>
  payload === null ? null : { ...payload, raw: payload.raw ?? '' }

/** With its first piece made, so that what cannot begin is refused and not cut off. */
const begun = async (pieces: AsyncGenerator<string>): Promise<AsyncIterable<string>> => {
  const first = await pieces.next()
  return (async function* () {
    if (first.done === true) return
    yield first.value
    yield* pieces
  })()
}

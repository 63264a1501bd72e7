// `millrace group reset`: where a group goes on reading. Without `--execute` it only says what would change. What stood before is in
// the audit list of our brokers; where there is none it is kept in a file that this command reads back.
import { readFileSync, writeFileSync } from 'node:fs'
import { messageOf } from '../../base/errors.ts'
import type { Client } from '../client/client.ts'
import { hasAuditList } from '../client/configs.ts'
import { commitOffsets, committedOffsets, describeGroup, forgetOffsets } from '../client/groups.ts'
import { EARLIEST, LATEST, offsetsAt, type Place, placeKey } from '../client/offsets.ts'
import { describeTopics } from '../client/topics.ts'
import { exitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { show } from '../output/formats.ts'
import { columns, listing } from '../output/view.ts'
import { pointsOf } from '../records/points.ts'
import { parsePlace } from '../records/range.ts'
import { withClient } from '../session.ts'
import type { ShowOptions } from '../settings.ts'
import type { Terminal } from '../terminal.ts'
import { readOffsets, writeOffsets } from './offset-file.ts'

export interface ResetOptions extends ShowOptions {
  readonly topic: readonly string[]
  readonly to?: string
  readonly shift?: string
  readonly fromFile?: string
  readonly execute?: boolean
  readonly undoFile?: string
}

/** Null for `next` forgets what is committed. */
interface Move extends Place {
  readonly old: number | null
  readonly next: number | null
}

interface Plan {
  readonly moves: readonly Move[]
  /** Those that were to go where there is nothing. */
  readonly cut: readonly Place[]
}

const CUT_SHOWN = 3

const cutNote = (cut: readonly Place[]): string => {
  const more = cut.length > CUT_SHOWN ? ` and ${cut.length - CUT_SHOWN} more` : ''
  return `new is cut to what there is in ${cut.slice(0, CUT_SHOWN).map(placeKey).join(', ')}${more}`
}

const IDLE: ReadonlySet<string> = new Set(['Empty', 'Dead'])

export const reset = (terminal: Terminal, group: string, options: ResetOptions): Promise<number> =>
  withClient(terminal, options, async (client, settings) => {
    const { moves, cut } = await plan(client, group, options, settings.utc)
    const view = listing(moves, {
      columns: columns(['topic', 'partition', 'old', 'new', 'change']),
      cells: ({ topic, partition, old, next }) => [
        topic,
        partition,
        old,
        next,
        old === null || next === null ? null : next - old,
      ],
      name: ({ topic, partition }) => `${topic}/${partition}`,
    })
    await show(terminal, view, settings)
    if (cut.length > 0) terminal.note(cutNote(cut))
    const busy = await busyState(client, group)
    if (options.execute !== true) {
      terminal.note(`nothing was changed: --execute does it${busy === null ? '' : ', once nobody is in the group'}`)
      if (busy !== null) terminal.note(`${hasMembers(group, busy)}; ${stopMembers(group)}`)
      return exitCode('ok')
    }
    if (busy !== null) throw new Failure('conflict', hasMembers(group, busy), { next: stopMembers(group) })
    const isListed = isOneChange(moves) && (await hasAuditList(client))
    const undo = options.undoFile ?? (isListed ? null : newFile(group))
    if (undo !== null)
      writeFileSync(undo, writeOffsets(moves.map(({ topic, partition, old }) => ({ topic, partition, offset: old }))))
    await apply(client, group, moves)
    terminal.note(
      undo === null
        ? `moved ${group}; what stood before is in the audit list of the broker: the page of the group in its console undoes it`
        : `moved ${group}; to undo it: millrace group reset ${group} --from-file ${undo} --execute`,
    )
    return exitCode('ok')
  })

const newFile = (group: string): string => `${group.replaceAll(/[^\w.-]/g, '_')}-offsets-${Date.now()}.csv`

/** To set offsets is one change of the audit list and to forget some is another; it undoes the last. */
const isOneChange = (moves: readonly Move[]): boolean => moves.every(isForgotten) || !moves.some(isForgotten)

const isForgotten = ({ next }: Move): boolean => next === null

const plan = async (client: Client, group: string, options: ResetOptions, utc: boolean): Promise<Plan> => {
  const ways = [options.to, options.shift, options.fromFile].filter((way) => way !== undefined)
  if (ways.length !== 1)
    throw new Failure('usage', 'where to is not said, or said twice', {
      next: 'give one of --to start|end|7|@-1h, --shift -10 and --from-file path',
    })
  const committed = new Map((await committedOffsets(client, group)).map((one) => [placeKey(one), one]))
  const moved = (place: Place, next: number | null): Move => ({
    topic: place.topic,
    partition: place.partition,
    old: committed.get(placeKey(place))?.offset ?? null,
    next,
  })
  if (options.fromFile !== undefined)
    return { moves: readOffsets(readText(options.fromFile)).map((one) => moved(one, one.offset)), cut: [] }

  const names =
    options.topic.length > 0 ? options.topic : [...new Set([...committed.values()].map(({ topic }) => topic))]
  if (names.length === 0)
    throw new Failure('notFound', `group ${group} has committed nothing`, { next: 'name topics with --topic' })
  const topics = await client.retrying(() => describeTopics(client, names))
  const starts = await offsetsAt(client, topics, EARLIEST)
  const ends = await offsetsAt(client, topics, LATEST)
  const shift = options.shift === undefined ? null : parseShift(options.shift)
  const from = parsePlace(options.to ?? 'start', Date.now(), utc)
  const points = shift === null ? await pointsOf(client, topics, from, starts, ends) : null
  const cut: Place[] = []
  const moves = topics.flatMap(({ name, partitions }) =>
    partitions.flatMap(({ partition }) => {
      const place = { topic: name, partition }
      const key = placeKey(place)
      const old = committed.get(key)?.offset
      const target = points === null ? (old === undefined ? null : old + (shift ?? 0)) : (points.get(key) ?? null)
      const isMeant = options.topic.length > 0 || old !== undefined
      if (target === null || !isMeant) return []
      const next = Math.min(Math.max(target, starts.get(key) ?? 0), ends.get(key) ?? target)
      if (next !== target) cut.push(place)
      return [moved(place, next)]
    }),
  )
  return { moves, cut }
}

const parseShift = (text: string): number => {
  const value = Number(text)
  if (!/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new Failure('usage', `--shift ${text}: a whole number is expected, say -10`)
  return value
}

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Failure('failure', `${path} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

/** What a group with members does; null for one that can be moved. */
const busyState = async (client: Client, group: string): Promise<string | null> => {
  const state = await describeGroup(client, group).then(
    (found) => found.state,
    (error: unknown) => {
      if (error instanceof Failure && error.outcome === 'notFound') return 'Dead'
      throw error
    },
  )
  return IDLE.has(state) ? null : state
}

const hasMembers = (group: string, state: string): string =>
  `group ${group} has members (${state}): they would overwrite it`

const stopMembers = (group: string): string =>
  `end the programs that are in it first; millrace group members ${group} shows which they are`

const apply = async (client: Client, group: string, moves: readonly Move[]): Promise<void> => {
  const set = moves.flatMap(({ topic, partition, next }) =>
    next === null ? [] : [{ topic, partition, offset: next, metadata: '' }],
  )
  const forgotten = moves.filter(({ old, next }) => next === null && old !== null)
  if (set.length > 0) await commitOffsets(client, group, set)
  if (forgotten.length > 0) await forgetOffsets(client, group, forgotten)
}

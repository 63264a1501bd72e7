// What a recovery cut, a directory that gave up and a disk that fills are news for whoever runs the broker, whenever they come.
import type { Clock, Timer } from '../base/clock.ts'
import type { Logger } from '../base/logger.ts'
import type { Engine } from './engine.ts'

/** How often it is looked. */
const LOOK_MS = 2000

type Watched = Pick<Engine, 'failures' | 'rooms' | 'takeReports'>
type Room = 'enough' | 'low' | 'full'

export interface DataWatch {
  /** How many there are. */
  readonly directories: number
  /** None is left: called once, with what happened to each. */
  readonly lost: (why: string) => void
}

/** Tells the logger of everything once; ends with the call of what it answers. */
export const watchData = (
  engine: Watched,
  clock: Clock,
  logger: Logger,
  { directories, lost }: DataWatch,
): (() => void) => {
  let timer: Timer | undefined
  const failed = new Map<string, string>()
  const rooms = new Map<string, Room>()

  const look = (): void => {
    for (const { path, bytesCut, why } of engine.takeReports())
      logger.warn(
        { path, bytesCut, why },
        'a recovery or compaction cut, set aside or left alone what it could not read',
      )
    for (const { path, why } of engine.failures()) {
      if (failed.has(path)) continue
      failed.set(path, why)
      logger.error({ path, why }, 'a data directory is out of service: mend the disk, then restart the broker')
      if (failed.size === directories) lost([...failed].map(([path, why]) => `${path}: ${why}`).join('; '))
    }
    for (const { isFull, isLow, ...fields } of engine.rooms()) {
      const room = isFull ? 'full' : isLow ? 'low' : 'enough'
      const before = rooms.get(fields.path) ?? 'enough'
      rooms.set(fields.path, room)
      if (room !== before) tell[room](logger, fields, before)
    }
    timer = clock.after(LOOK_MS, look)
  }
  look()
  return () => timer?.cancel()
}

type Tell = (logger: Logger, fields: Readonly<Record<string, string | number>>, before: Room) => void

const tell: Readonly<Record<Room, Tell>> = {
  full: (logger, fields) =>
    logger.error(fields, 'a disk is full: producers are refused until topics, records or other files are deleted'),
  low: (logger, fields, before) =>
    logger.warn(
      fields,
      before === 'full'
        ? 'there is room on a disk again: producers are served, and it is still nearly full'
        : 'a disk is nearly full: below the hard limit producers will be refused',
    ),
  enough: (logger, fields) => logger.info(fields, 'there is enough room on a disk again'),
}

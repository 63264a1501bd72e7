// What a case is, and what one measurement of it gets and gives.
import type { ClientKind } from '@millrace/test/harness/clients.js'
import type { Column } from './columns.ts'
import type { Lab } from './lab.ts'
import type { Measure, Sample } from './result.ts'
import type { Server } from './server.ts'

/** A row of the table that a case fills; one case may fill several. */
export interface Row {
  readonly row: number
  readonly id: string
  readonly title: string
  readonly measures: readonly Measure[]
}

/** A measurement, before it is known whether it counts. */
export type Taken = Omit<Sample, 'broker' | 'pair' | 'dropped'> & {
  /** Why what was measured means nothing. */
  readonly voidBecause?: string
}

export interface Setting {
  readonly lab: Lab
  readonly column: Column
  /** How long it is measured. */
  readonly seconds: number
  /** Before the first measurement: what is read or written need not be checked. */
  readonly isWarmUp: boolean
  /** Waits until what was written is on the disk; when it is not in time, the measurement does not count. */
  readonly settle: () => Promise<void>
  /** Lets the process of another column see this kind of load, unless it has. */
  readonly warmUp: (column: Column) => Promise<void>
}

export interface Case {
  readonly rows: readonly Row[]
  readonly what: string
  readonly columns: readonly Column[]
  /** The kind of load a JVM must have seen before it is measured; without one the case starts its own brokers. */
  readonly load?: string
  /** Is it part of a short run? */
  readonly isShort: boolean
  /** How much longer than others it is measured. */
  readonly stretch?: number
  /** Too long to be repeated: measured once, from its first time on. */
  readonly isOnce?: boolean
  /** What has to be installed for it. */
  readonly clients?: readonly ClientKind[]
  readonly take: (setting: Setting) => Promise<Taken>
  /** After the last measurement. */
  readonly finish?: () => Promise<void>
}

/** The broker of a column, awake and alone. */
export const serverOf = ({ lab, column }: Setting): Promise<Server> => lab.alone(column.process)

/** Where a read goes on, as a text that whoever reads keeps: the broker remembers nothing of it. */
import { z } from 'zod'
import type { Position } from './partition-reader.ts'

export interface Cursor {
  readonly direction: 'forward' | 'back'
  /** What comes to be written later counts as well. */
  readonly follow: boolean
  readonly positions: readonly Position[]
  /** Since the read began. */
  readonly scanned: number
  readonly matched: number
  readonly bytes: number
  readonly elapsedMs: number
  /** Offsets between both ends of all partitions when it began. */
  readonly offsetsTotal: number
}

const count = z.int().min(0)

const written = z.object({
  v: z.literal(1),
  d: z.enum(['forward', 'back']),
  f: z.boolean(),
  p: z.array(z.tuple([count, count, count])).min(1),
  n: z.tuple([count, count, count, count, count]),
})

export const writeCursor = (cursor: Cursor): string => {
  const { direction, follow, positions, scanned, matched, bytes, elapsedMs, offsetsTotal } = cursor
  const fields: z.infer<typeof written> = {
    v: 1,
    d: direction,
    f: follow,
    p: positions.map(({ partition, at, bound }) => [partition, at, bound]),
    n: [scanned, matched, bytes, elapsedMs, offsetsTotal],
  }
  return Buffer.from(JSON.stringify(fields)).toString('base64url')
}

/** Null for what is no cursor. */
export const readCursor = (text: string): Cursor | null => {
  const read = written.safeParse(parsed(text))
  if (!read.success) return null
  const { d: direction, f: follow, p, n } = read.data
  const [scanned, matched, bytes, elapsedMs, offsetsTotal] = n
  const positions = p.map(([partition, at, bound]) => ({ partition, at, bound }))
  return { direction, follow, positions, scanned, matched, bytes, elapsedMs, offsetsTotal }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    return null
  }
}

/** Offsets that a read has still to pass. */
export const offsetsLeft = (positions: readonly Position[]): number =>
  positions.reduce((sum, { at, bound }) => sum + Math.abs(bound - at), 0)

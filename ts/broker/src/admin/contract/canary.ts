/** What the canary saw: a client inside of the broker that sends one record a second and reads it back. */
import { z } from 'zod'

const count = z.int().min(0)

/** Milliseconds. */
const spread = z.object({ p50: z.number(), p99: z.number(), max: z.number() })

const figures = z.object({
  /** Since the start. */
  sent: count,
  received: count,
  /** Were refused, or did not come back in time. */
  failed: count,
  /** Were acknowledged, and are not in the log. */
  lost: count,
  /** Came back once more. */
  duplicated: count,
  hour: z.object({
    /** Of which is known what became of them. */
    records: count,
    /** The part of them that came back; null before the first. */
    availability: z.number().min(0).max(1).nullable(),
    lost: count,
    duplicated: count,
    produceMs: spread.nullable(),
    endToEndMs: spread.nullable(),
  }),
  /** Why the newest record did not come back; null where it did. */
  failure: z.string().nullable(),
})

/** Null where the canary is off. */
export const canary = z.object({ figures: figures.nullable() })

/** Consumer groups: who is in them, and how far they are. */
import { z } from 'zod'
import { int64 } from './words.ts'

export const groupColumns = ['name', 'state', 'members', 'topics', 'lag', 'lagSeconds', 'protocol'] as const

export const groupStates = ['Empty', 'PreparingRebalance', 'CompletingRebalance', 'Stable', 'Dead'] as const

export const groupRow = z.object({
  name: z.string(),
  state: z.enum(groupStates),
  type: z.enum(['classic', 'consumer']),
  protocolType: z.string(),
  protocol: z.string(),
  members: z.int(),
  /** With committed offsets. */
  topics: z.int(),
  /** Of the partitions that have a committed offset. */
  lag: int64,
  /**
   * What the group reads and has no committed offset in: given to a member, or of a topic of which another partition has one. Its lag
   * depends on where the members begin (`auto.offset.reset`), so it is not known and not in `lag`.
   */
  partitionsWithoutOffset: z.int(),
  /** Of the partition that is furthest behind; null while it is not known. */
  lagSeconds: z.number().nullable(),
})

export const member = z.object({
  id: z.string(),
  instanceId: z.string().nullable(),
  clientId: z.string(),
  host: z.string(),
  /** What its client said that it is (KIP-511); null where it did not, and until it joins again after the broker started. */
  software: z.object({ name: z.string(), version: z.string() }).nullable(),
  /** What it reads, where its assignment is one of consumers. */
  assignments: z.array(z.object({ topic: z.string(), partitions: z.array(z.int()) })),
})

export const groupOffset = z.object({
  topic: z.string(),
  partition: z.int(),
  /** Null where the group reads and has no committed offset. */
  committed: int64.nullable(),
  firstOffset: int64.nullable(),
  endOffset: int64.nullable(),
  lag: int64.nullable(),
  lagSeconds: z.number().nullable(),
  metadata: z.string(),
  /** The id of the member that reads it. */
  memberId: z.string().nullable(),
})

export const group = groupRow.extend({
  coordinator: z.int(),
  memberRows: z.array(member),
  /** At most `PAGE_ROWS_MAX`, from the one asked for. */
  offsetRows: z.array(groupOffset),
  offsetsTotal: z.int(),
})

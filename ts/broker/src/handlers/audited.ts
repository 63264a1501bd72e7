/** The requests that change data or offsets and no metadata: what they did is noted once it is done. */
import type { Audit } from '../audit/audit.ts'
import { cutInParts } from '../audit/bounded.ts'
import { COMMAND_LINE } from '../client/command-line.ts'
import { ADMIN_API, actorOf, type RequestContext } from '../dispatch/context.ts'
import type { HandlerTable } from '../dispatch/dispatch.ts'
import type { Groups } from '../groups/groups.ts'
import { createIsReset, deletionsOf, isMove, type Move, type Moved, movesOf, placeOf } from './moved-offsets.ts'

/** For one request: 1,600 moves with the longest names, 10,000 with short ones. */
const MOVE_ENTRIES_MAX = 100

type Answered = readonly {
  readonly name?: string
  readonly partitions: readonly { readonly partitionIndex: number; readonly errorCode: number }[]
}[]

export const audited = (
  handlers: HandlerTable,
  groups: Pick<Groups, 'describe' | 'fetchOffsets'>,
  audit: Pick<Audit, 'note' | 'noteParts'>,
  moved: Pick<Moved, 'note'>,
): HandlerTable => {
  const isReset = createIsReset(groups)

  const noteMoves = (group: string, moves: readonly Move[], context: RequestContext): void => {
    moved.note(group, moves)
    const parts = cutInParts(moves, ({ place }) => place, MOVE_ENTRIES_MAX).map((part) => ({
      action: 'group.offsets',
      subject: group,
      before: Object.fromEntries(part.map(({ place, before }) => [place, before])),
      after: Object.fromEntries(part.map(({ place, after }) => [place, after])),
    }))
    audit.noteParts(parts, actorOf(context))
  }

  return {
    ...handlers,
    deleteRecords: async (context, request) => {
      const response = await handlers.deleteRecords(context, request)
      for (const { name, partitions } of response?.topics ?? []) {
        const done = partitions.filter(({ errorCode }) => errorCode === 0)
        if (done.length === 0) continue
        const after = Object.fromEntries(done.map(({ partitionIndex, lowWatermark }) => [partitionIndex, lowWatermark]))
        audit.note(
          { action: 'records.delete', subject: name, before: null, after: { firstOffsets: after } },
          actorOf(context),
        )
      }
      return response
    },
    deleteGroups: async (context, request) => {
      const response = await handlers.deleteGroups(context, request)
      for (const { groupId, errorCode } of response?.results ?? []) {
        if (errorCode !== 0) continue
        audit.note({ action: 'group.delete', subject: groupId, before: {}, after: null }, actorOf(context))
      }
      return response
    },
    offsetCommit: async (context, request) => {
      const moves = movesOf(groups, context.apiVersion, request)
      const response = await handlers.offsetCommit(context, request)
      const done = notRefused(moves, response?.topics ?? [])
      const { groupId } = request
      const isTold = context.listener === ADMIN_API || (context.clientId === COMMAND_LINE && done.some(isMove))
      if (isTold || isReset(groupId, done)) noteMoves(groupId, done, context)
      return response
    },
    offsetDelete: async (context, request) => {
      const moves = deletionsOf(groups, request)
      const response = await handlers.offsetDelete(context, request)
      noteMoves(request.groupId, notRefused(moves, response?.topics ?? []), context)
      return response
    },
  }
}

const notRefused = (moves: readonly Move[], answered: Answered): readonly Move[] => {
  if (moves.length === 0) return moves
  // As it nearly always is, for programs that commit often.
  const isAllDone = answered.every(({ partitions }) => partitions.every(({ errorCode }) => errorCode === 0))
  if (answered.length > 0 && isAllDone) return moves
  const done = new Set(
    answered.flatMap(({ name = '', partitions }) =>
      partitions.flatMap(({ partitionIndex, errorCode }) => (errorCode === 0 ? [placeOf(name, partitionIndex)] : [])),
    ),
  )
  return moves.filter(({ place }) => done.has(place))
}

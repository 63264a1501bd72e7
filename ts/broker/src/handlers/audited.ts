/** The requests that change data or offsets and no metadata: what they did is noted once it is done. */
import type { Audit } from '../audit/audit.ts'
import { actorOf } from '../dispatch/context.ts'
import type { HandlerTable } from '../dispatch/dispatch.ts'

export const audited = (handlers: HandlerTable, audit: Pick<Audit, 'note'>): HandlerTable => ({
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
  offsetDelete: async (context, request) => {
    const response = await handlers.offsetDelete(context, request)
    const topics = (response?.topics ?? []).flatMap(({ name, partitions }) =>
      partitions.flatMap(({ partitionIndex, errorCode }) => (errorCode === 0 ? [`${name}-${partitionIndex}`] : [])),
    )
    if (topics.length > 0) {
      const change = { action: 'group.offsets', subject: request.groupId, before: { partitions: topics }, after: null }
      audit.note(change, actorOf(context))
    }
    return response
  },
})

/**
 * What the handlers of partition queries share: some partitions can be asked and some are refused before that; the
 * engine is asked once, and every answer stands where its partition stood in the request.
 */
import { BrokerError } from '../base/errors.ts'
import type { ErrorCode } from '../base/error-codes.ts'

export interface PartitionQuestion<Item, Query, Answer, Reply> {
  readonly items: readonly Item[]
  /** Throws the error of a partition that cannot be asked, or says what can be answered without. */
  readonly query: (item: Item) => { readonly ask: Query } | { readonly reply: Reply }
  readonly ask: (queries: Query[]) => Promise<readonly Answer[]>
  readonly reply: (item: Item, answer: Answer) => Reply
  readonly refuse: (item: Item, error: ErrorCode) => Reply
}

export const askPartitions = async <Item, Query, Answer, Reply>(
  question: PartitionQuestion<Item, Query, Answer, Reply>,
): Promise<readonly Reply[]> => {
  const { items, query, ask, reply, refuse } = question
  const replies = new Map<Item, Reply>()
  const asked: Item[] = []
  const queries: Query[] = []
  for (const item of items) {
    try {
      const step = query(item)
      if ('reply' in step) replies.set(item, step.reply)
      else {
        asked.push(item)
        queries.push(step.ask)
      }
    } catch (thrown) {
      if (!(thrown instanceof BrokerError)) throw thrown
      replies.set(item, refuse(item, thrown.code))
    }
  }
  const answers = queries.length === 0 ? [] : await ask(queries)
  asked.forEach((item, at) => {
    const answer = answers[at]
    replies.set(item, answer === undefined ? refuse(item, 'UNKNOWN_SERVER_ERROR') : reply(item, answer))
  })
  return items.flatMap((item) => replies.get(item) ?? [])
}

/** Flattens topics with their partitions; `regroup` puts the replies back under their topics. */
export const partitionItems = <Topic, Partition>(
  topics: readonly Topic[],
  partitionsOf: (topic: Topic) => readonly Partition[],
): readonly { readonly topic: Topic; readonly partition: Partition }[] =>
  topics.flatMap((topic) => partitionsOf(topic).map((partition) => ({ topic, partition })))

export const regroup = <Topic, Reply, Grouped>(
  topics: readonly Topic[],
  countOf: (topic: Topic) => number,
  replies: readonly Reply[],
  group: (topic: Topic, replies: readonly Reply[]) => Grouped,
): readonly Grouped[] => {
  let start = 0
  return topics.map((topic) => {
    const end = start + countOf(topic)
    const own = replies.slice(start, end)
    start = end
    return group(topic, own)
  })
}

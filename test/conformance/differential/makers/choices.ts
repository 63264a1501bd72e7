// Things that requests name: mostly some that exist, at times some that do not.
import { type Uuid, ZERO_TOPIC_ID } from 'millrace/base/ids.js'
import type { Id } from '../../comparison/side.ts'
import type { Dice } from '../dice.ts'
import type { World } from '../world.ts'

/** An id that no topic has. */
const UNKNOWN_ID = 'AAAAAAAAAAAAAAAAAAAAew' as Uuid

const PARTITIONS_MAX = 3

export interface TopicChoice {
  readonly name: string
  readonly id: Id | Uuid
  readonly partitions: number
}

const nowhere: TopicChoice = { name: 'nowhere', id: UNKNOWN_ID, partitions: 2 }

export const someTopic = (dice: Dice, world: World): TopicChoice => {
  const known = world.topic(dice)
  switch (dice.weighted({ known: 24, gone: 2, nowhere: 1, nobody: 1 })) {
    case 'known':
      return known === undefined ? nowhere : { name: known.name, id: known.id, partitions: known.logs.length }
    case 'gone':
      if (world.gone.length === 0) return nowhere
      return { ...dice.of(world.gone), partitions: 2 }
    case 'nowhere':
      return nowhere
    case 'nobody':
      return { name: '', id: ZERO_TOPIC_ID, partitions: 1 }
  }
}

export const someTopics = (dice: Dice, world: World): readonly TopicChoice[] => {
  const chosen = dice.times(1, dice.chance(0.3) ? 3 : 1, () => someTopic(dice, world))
  return chosen.filter(({ name }, at) => chosen.findIndex((other) => other.name === name) === at)
}

export const somePartitions = (dice: Dice, topic: TopicChoice): readonly number[] => {
  const known = Array.from({ length: topic.partitions }, (_, index) => index)
  const chosen = dice.some(known, 1, PARTITIONS_MAX)
  return dice.chance(0.05) ? [...chosen, dice.of([topic.partitions, 9, -1])] : chosen
}

/** Around what a log holds. */
export const someOffset = (dice: Dice, world: World, topic: TopicChoice, partition: number): number => {
  const { start, end } = world.topics.get(topic.name)?.logs[partition] ?? { start: 0, end: 0 }
  switch (dice.weighted({ inside: 6, start: 2, end: 3, before: 1, beyond: 1, wrong: 1 })) {
    case 'inside':
      return dice.int(start, Math.max(start, end - 1))
    case 'start':
      return start
    case 'end':
      return end
    case 'before':
      return start - 1
    case 'beyond':
      return end + 1
    case 'wrong':
      return dice.of([-1, -2, -5, end + 1000, Number.MAX_SAFE_INTEGER])
  }
}

/** Nothing was ever elected anew: every epoch is 0. */
export const someEpoch = (dice: Dice): number => dice.of([-1, -1, -1, -1, 0, 0, 0, 1, 5, -2])

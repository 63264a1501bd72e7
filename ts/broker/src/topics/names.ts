/** What a topic may be called, and whether the name is free. The texts are the ones that users of Kafka search for. */
import { BrokerError } from '../base/errors.ts'
import type { ClusterImage } from '../cluster/image.ts'
import { collisionKey } from '../cluster/topic-names.ts'

const NAME_LENGTH_MAX = 249
const LEGAL = /^[a-zA-Z0-9._-]+$/

/** What is wrong with the name, or null. */
export const nameProblem = (name: string): string | null => {
  if (name === '') return 'the empty string is not allowed'
  if (name === '.' || name === '..') return `'${name}' is not allowed`
  if (name.length > NAME_LENGTH_MAX) {
    return `the length of '${name}' is longer than the max allowed length ${NAME_LENGTH_MAX}`
  }
  if (LEGAL.test(name)) return null
  return `'${name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'`
}

export const isValidName = (name: string): boolean => nameProblem(name) === null

export const checkName = (name: string): void => {
  const problem = nameProblem(name)
  if (problem !== null) throw new BrokerError('INVALID_TOPIC_EXCEPTION', `Topic name is invalid: ${problem}`)
}

/** A topic that one of this name would be taken for in the names of metrics. */
export const collidingTopic = (image: ClusterImage, name: string): string | undefined =>
  image.collidingNames.get(collisionKey(name))?.find((other) => other !== name)

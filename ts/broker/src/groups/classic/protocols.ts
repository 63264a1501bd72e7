/** Which protocols the members of a group have in common, and which one they want most. */
import type { Protocol } from '../commands.ts'
import { javaHash } from '../partitioner.ts'
import type { ClassicGroup } from './state.ts'

export const protocolBytes = (protocols: readonly Protocol[]): number =>
  protocols.reduce((sum, { name, metadata }) => sum + name.length + metadata.length, 0)

/** Takes a member's protocols into the counts of its group (`by` 1), or out of them (-1). */
export const countProtocols = (group: ClassicGroup, protocols: readonly Protocol[], by: 1 | -1): void => {
  group.protocolBytes += by * protocolBytes(protocols)
  for (const name of new Set(protocols.map((protocol) => protocol.name))) {
    const supporters = (group.supporters.get(name) ?? 0) + by
    if (supporters === 0) group.supporters.delete(name)
    else group.supporters.set(name, supporters)
  }
}

/** Whether somebody with these protocols may join: he must leave the group with one that all support. */
export const supportsProtocols = (
  group: ClassicGroup,
  protocolType: string,
  protocols: readonly Protocol[],
): boolean => {
  if (group.state === 'Empty') return protocolType !== '' && protocols.length > 0
  return (
    group.protocolType === protocolType &&
    protocols.some(({ name }) => (group.supporters.get(name) ?? 0) === group.members.size)
  )
}

/** Every member votes for the first of its protocols that all support. */
export const selectProtocol = (group: ClassicGroup): string => {
  const votes = new Map<string, number>()
  for (const member of group.members.values()) {
    const vote = member.protocols.find(({ name }) => group.supporters.get(name) === group.members.size)
    if (vote !== undefined) votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1)
  }
  let winner = ''
  for (const [name, count] of [...votes].toSorted(inOrderOfTies)) if (count > (votes.get(winner) ?? 0)) winner = name
  return winner
}

/** In Kafka a tie goes to the name that stands first in a Java hash map, of this size as long as few are voted for. */
const HASH_MAP_SLOTS = 16

const inOrderOfTies = ([left]: readonly [string, number], [right]: readonly [string, number]): number =>
  hashMapSlot(left) - hashMapSlot(right)

const hashMapSlot = (name: string): number => {
  const hash = javaHash(name)
  return (hash ^ (hash >>> 16)) & (HASH_MAP_SLOTS - 1)
}

export const sameProtocols = (left: readonly Protocol[], right: readonly Protocol[]): boolean =>
  left.length === right.length &&
  left.every(({ name, metadata }, at) => name === right[at]?.name && metadata.equals(right[at].metadata))

// After an answer that differs, two brokers may hold other things under the same names: these are taken away, so that what comes after
// can be compared.
import { leaveGroup } from 'millrace/messages/13-leave-group.js'
import { describeGroups } from 'millrace/messages/15-describe-groups.js'
import { deleteTopics } from 'millrace/messages/20-delete-topics.js'
import { deleteGroups } from 'millrace/messages/42-delete-groups.js'
import { incrementalAlterConfigs } from 'millrace/messages/44-incremental-alter-configs.js'
import { Peer } from '../../harness/peer.ts'
import { list, topicsOf, valueOf } from '../comparison/explained.ts'
import { type Sent, showRequest } from './draft.ts'
import { brokerValues } from './makers/configs.ts'
import type { World } from './world.ts'

interface Names {
  readonly topics: readonly string[]
  readonly groups: readonly string[]
  /** Of a broker, those that exist and those that do not. */
  readonly configs: readonly string[]
}

/** What requests name, be it by id. */
export const namesIn = (requests: readonly Sent[], world: World): Names => {
  const text = showRequest(requests.map(({ request }) => request))
  const isNamed = (name: string): boolean => text.includes(JSON.stringify(name))
  return {
    topics: [
      ...new Set([
        ...[...world.topics.values()]
          .filter(({ name, id }) => isNamed(name) || isNamed(String(id)))
          .map(({ name }) => name),
        // What one of the two alone has made is not in the world.
        ...requests.flatMap(({ request }) => namesOf(topicsOf(request))),
      ]),
    ],
    groups: [...world.groups.keys()].filter(isNamed),
    configs: [...new Set([...Object.keys(brokerValues), ...requests.flatMap(({ request }) => configsIn(request))])],
  }
}

const configsIn = (request: unknown): readonly string[] =>
  list(valueOf(request, 'resources')).flatMap(({ configs }) => namesOf(list(configs)))

const namesOf = (values: readonly object[]): readonly string[] =>
  values.flatMap((each) => {
    const name = valueOf(each, 'name')
    return typeof name === 'string' ? [name] : []
  })

export const resetBroker = async (port: number, { topics, groups, configs }: Names): Promise<void> => {
  const peer = await Peer.open(port)
  try {
    await peer.call(deleteTopics, 5, { topicNames: topics, timeoutMs: TIMEOUT_MS })
    await removeGroups(peer, groups)
    await removeConfigs(peer, configs)
  } finally {
    peer.close()
  }
}

const TIMEOUT_MS = 10_000
const BROKER = 4
const DELETE = 1

const removeGroups = async (peer: Peer, names: readonly string[]): Promise<void> => {
  const { groups } = await peer.call(describeGroups, 5, { groups: names })
  for (const { groupId, members } of groups) {
    const leaving = members.map(({ memberId }) => ({ memberId }))
    if (leaving.length > 0) await peer.call(leaveGroup, 3, { groupId, members: leaving })
  }
  await peer.call(deleteGroups, 2, { groupsNames: names })
}

/** One by one, as some cannot be changed. */
const removeConfigs = async (peer: Peer, names: readonly string[]): Promise<void> => {
  for (const name of names) {
    for (const resourceName of ['', '1']) {
      const configs = [{ name, configOperation: DELETE, value: null }]
      const resources = [{ resourceType: BROKER, resourceName, configs }]
      await peer.call(incrementalAlterConfigs, 1, { resources, validateOnly: false })
    }
  }
}

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { randomTopicId, ZERO_TOPIC_ID } from '../base/ids.ts'
import { applyCommit, loadImage } from '../cluster/apply.ts'
import type { Decision } from '../cluster/decision.ts'
import type { ClusterImage } from '../cluster/image.ts'
import { startTestCluster } from '../cluster/scenario.ts'
import { alterIncrementally } from '../configs/alter.ts'
import { checkTopicConfigs, type InForce } from '../configs/check.ts'
import { brokerValues } from '../configs/resolve.ts'
import { alterConfigs } from './alter-configs.ts'
import { createTopics } from './create.ts'
import { deleteTopics } from './delete.ts'
import { createPartitions } from './partitions.ts'

const layers = { dynamicBroker: new Map(), dynamicDefault: new Map(), static: new Map() }
const inForce: InForce = { layers, values: brokerValues(layers) }

const rules = {
  partitionsDefault: 1,
  replicationFactorDefault: 1,
  newTopicId: randomTopicId,
  checkConfigs: (configs: ReadonlyMap<string, string>) => checkTopicConfigs(configs, inForce.values),
}

type Command = (image: ClusterImage) => Decision<unknown>

const name = fc.constantFrom('a', 'b', 'a.b', 'a_b', 'x'.repeat(300), '')
const count = fc.integer({ min: -2, max: 4 })

const create = fc
  .array(fc.record({ name, numPartitions: count, replicationFactor: fc.integer({ min: -1, max: 2 }) }), {
    maxLength: 3,
  })
  .map((specs): Command => {
    const full = specs.map((spec) => ({ ...spec, assignments: [], configs: [{ name: 'retention.ms', value: '1' }] }))
    return (image) => createTopics(image, full, rules)
  })
const remove = fc.array(fc.tuple(name, fc.boolean()), { maxLength: 3 }).map((given): Command => (image) => {
  const references = given.map(([each, byId]) => {
    const topic = image.topicsByName.get(each)
    return byId && topic !== undefined ? { name: null, topicId: topic.id } : { name: each, topicId: ZERO_TOPIC_ID }
  })
  return deleteTopics(image, references, inForce.values)
})
const grow = fc.array(fc.record({ name, count }), { maxLength: 3 }).map(
  (specs): Command =>
    (image) =>
      createPartitions(
        image,
        specs.map((spec) => ({ ...spec, assignments: null })),
        inForce.values,
      ),
)
const alter = fc.tuple(name, fc.constantFrom('1', '2', 'no', null)).map(
  ([resourceName, value]): Command =>
    (image) =>
      alterConfigs(image, 1 as never, inForce, [
        {
          resourceType: 2,
          resourceName,
          apply: (target, current) =>
            alterIncrementally(target, current, [
              { name: 'retention.ms', operation: value === null ? 'delete' : 'set', value },
            ]),
        },
      ]),
)

const plain = (image: ClusterImage): unknown => ({
  topics: [...image.topicsByName].sort(([a], [b]) => (a < b ? -1 : 1)),
  ids: [...image.topicsById.keys()].toSorted(),
  colliding: [...image.collidingNames]
    .map(([key, names]) => [key, names.toSorted()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1)),
  revision: image.revision,
})

const collisionKeys = (image: ClusterImage): readonly string[] =>
  [...new Set([...image.topicsByName.keys()].map((each) => each.replaceAll('.', '_')))].toSorted()

/** What must hold of every image, whatever was asked for. */
const checkImage = (image: ClusterImage): void => {
  expect(image.topicsById.size).toBe(image.topicsByName.size)
  for (const topic of image.topicsByName.values()) {
    expect(image.topicsById.get(topic.id)).toBe(topic)
    expect(topic.partitions.length).toBeGreaterThan(0)
    for (const { isr, leader, replicas } of topic.partitions) {
      expect(isr).toContain(leader)
      expect(replicas).toEqual(expect.arrayContaining([...isr]))
    }
  }
}

it('holds, after any commands, the image that a replay of the store gives', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(create, remove, grow, alter), { maxLength: 15 }), async (commands) => {
      const cluster = await startTestCluster()
      const start = await cluster.store.snapshot()
      let replayed = loadImage(start)
      cluster.store.watch(start.revision, {
        commit: (commit) => {
          replayed = applyCommit(replayed, commit)
        },
        compacted: () => undefined,
      })
      // All at once: decisions queue, and each sees what the one before did.
      await Promise.all(commands.map((command) => cluster.run(command)))
      checkImage(cluster.image())
      expect(plain(replayed)).toEqual(plain(cluster.image()))
      const snapshot = await cluster.store.snapshot()
      expect(plain(loadImage(snapshot))).toEqual(plain(cluster.image()))
      const taken = snapshot.entries.filter(({ key }) => key.startsWith('tn/')).map(({ key }) => key.slice(3))
      expect(taken.toSorted()).toEqual(collisionKeys(cluster.image()))
    }),
    { numRuns: 100 },
  )
})

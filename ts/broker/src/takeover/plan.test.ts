import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { randomTopicId, type TopicId } from '../base/ids.ts'
import { readDataDirectory } from './data-directory.ts'
import type { KafkaMetadata, KafkaTopic } from './metadata.ts'
import { planTakeover } from './plan.ts'

const ids = new Map(['a', 'b', 'c'].map((name) => [name, randomTopicId()]))
const idOf = (name: string): TopicId => ids.get(name) ?? randomTopicId()

const LOG = `${'0'.repeat(20)}.log`

/** Of node 1, with these partitions. */
const directory = (partitions: readonly string[], files: Readonly<Record<string, string | Buffer>> = {}) => {
  const path = mkdtempSync(join(tmpdir(), 'millrace-plan-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  writeFileSync(join(path, 'meta.properties'), 'version=1\ncluster.id=x\nnode.id=1\n')
  for (const name of partitions) {
    mkdirSync(join(path, name))
    const id = idOf(name.replace(/-\d+$/, ''))
    writeFileSync(join(path, name, 'partition.metadata'), `version: 0\ntopic_id: ${id}`)
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  return readDataDirectory(path)
}

const topic = (
  name: string,
  replicas: readonly number[][],
  configs: Readonly<Record<string, string>> = {},
): KafkaTopic => ({
  id: idOf(name),
  name,
  configs: new Map(Object.entries(configs)),
  partitions: new Map(replicas.map((each, index) => [index, { replicas: each, leaderEpoch: 2 }])),
})

const metadata = (...topics: readonly KafkaTopic[]): KafkaMetadata => ({
  topics,
  configs: [],
  nextProducerId: 5,
  leftOut: new Map([['quotas', 3]]),
})

test('what lies here is taken, what lies elsewhere begins empty or is left out', () => {
  const found = directory(['a-0', 'a-2', 'gone-0', `a-9.${'0'.repeat(32)}-delete`], {
    'recovery-point-offset-checkpoint': '0\n1\na 2 7\n',
    'log-start-offset-checkpoint': '0\n1\na 2 3\n',
  })
  const known = metadata(topic('a', [[1], [2], [1]]), topic('b', [[1]]), topic('c', [[2, 3]]))
  const { topics, notes, refusals } = planTakeover([found], known)
  expect(refusals).toEqual([])
  expect(topics.map(({ name }) => name)).toEqual(['a', 'b'])
  expect(topics[0]?.partitions.map((partition) => partition.found === null)).toEqual([false, true, false])
  expect(topics[0]?.partitions[2]?.found).toMatchObject({ recoveryPoint: 7, logStart: 3, clean: false })
  expect(notes.map((note) => note.replaceAll(/[0-9a-f]{32}/g, '*'))).toEqual([
    'passed over, as deleted, set aside or moving: a-9.*-delete',
    'left out, of topics that were deleted: gone-0',
    'a: partitions 1 do not lie here and begin empty',
    'b: partitions 0 do not lie here and begin empty',
    'left out, as no replica of them lies here: c',
    'topics without retention.ms keep what log.retention of this broker says: 2',
    'quotas: 3 records of metadata are not taken over',
  ])
})

test('without metadata nothing is deleted', () => {
  const { topics, notes } = planTakeover([directory(['a-1', '__consumer_offsets-0'])], null)
  expect(notes[0]).toContain('retention is off')
  const [first, second] = topics.toSorted((left, right) => left.name.localeCompare(right.name))
  expect(first?.configs.get('cleanup.policy')).toBe('compact')
  expect(second).toMatchObject({ id: idOf('a'), partitions: [{ found: null }, { index: 1 }] })
  expect(second?.configs).toEqual(
    new Map([
      ['retention.ms', '-1'],
      ['retention.bytes', '-1'],
    ]),
  )
})

test('configs that are not known here are left out', () => {
  const set = { 'retention.ms': '5', 'message.format.version': '2.8', 'segment.ms': 'soon' }
  const { topics, notes } = planTakeover([directory(['a-0'])], metadata(topic('a', [[1]], set)))
  expect(topics[0]?.configs).toEqual(new Map([['retention.ms', '5']]))
  expect(notes).toContain('a: configs that are not known here are left out: message.format.version, segment.ms')
})

test('remote storage, older messages and a partition that lies twice forbid it', () => {
  const old = Buffer.alloc(30)
  old.writeInt8(1, 16)
  const found = directory(['a-0', 'b-0'], { [join('b-0', LOG)]: old })
  const known = metadata(topic('a', [[1]], { 'remote.storage.enable': 'true' }), topic('b', [[1]]))
  expect(planTakeover([found, directory(['a-0'])], known).refusals).toEqual([
    expect.stringContaining('holds messages of format 1'),
    'a-0 lies in two directories',
    'a has records in remote storage, which are not read here',
  ])
})

import { expect, test } from 'vitest'
import { startFailure } from './start-failure.ts'

test.each([
  ['cannot listen on 127.0.0.1:9092: Address already in use (os error 98)', 'another port'],
  [
    'cannot listen on 192.0.2.1:9092: Cannot assign requested address (os error 99)',
    'an address that this machine has',
  ],
  ['cannot listen on 127.0.0.1:95: Permission denied (os error 13)', 'a higher port'],
  ['nowhere.invalid: failed to lookup address information: Name or service not known', 'can resolve'],
  ['data is in use by another process', 'another broker runs on this data'],
  ['data/meta.properties: node.id is 1 where 7 is expected', 'the node.id that stands there'],
  ['b/meta.properties: cluster.id is x where y is expected', 'take this folder out of log.dirs'],
  ['CLUSTER_ID: the data in data belongs to cluster x, not to y', 'set CLUSTER_ID to the id of the data'],
  ['this data cannot be taken over:\nt-0 has an open transaction', 'start Apache Kafka on it once more'],
  ['write data/millrace.catalogue: No space left on device (os error 28)', 'make room'],
  ['lock data/.lock: Read-only file system (os error 30)', 'mount it for writing'],
  ['lock data/.lock: Permission denied (os error 13)', 'read and write there'],
  ['the system lets this process open 100 files, and a broker needs 544 at least', 'raise the limit'],
  ["ENOTDIR: not a directory, open 'data/meta.properties'", 'a file is in the way'],
  ['a surprise', '-v shows where'],
])('%s', (what, todo) => {
  const line = startFailure(new Error(what))
  expect(line.startsWith(`${what}; `)).toBe(true)
  expect(line).toContain(todo)
})

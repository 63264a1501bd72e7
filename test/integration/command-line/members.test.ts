// How a member of a group that `consume` makes ends: told to, and because its broker is gone.
import { expect, test } from 'vitest'
import { program } from '../../harness/paths.ts'
import { start } from '../../harness/process.ts'
import { useCluster } from './cluster.ts'

const cluster = useCluster()
const { cli, environment } = cluster

const member = (topic: string, group: string) =>
  start({
    command: process.execPath,
    args: [program, 'consume', topic, '--group', group],
    env: environment(),
  })

test('SIGTERM has it commit what it showed and leave', async () => {
  await cli('topic create ended -p 1')
  await cli('produce ended', { input: 'one\ntwo\n' })
  const reader = member('ended', 'readers')
  await reader.line('all that there is', (line) => (line === 'two' ? true : undefined))
  reader.signal('SIGTERM')
  expect(await reader.exited).toBe(130)
  const { said } = await cli('group describe readers -o json')
  expect(JSON.parse(said)).toMatchObject({ state: 'Empty', members: [], partitions: [{ committed: 2 }] })
})

test('whose broker is gone it says so, and ends', async () => {
  await cli('topic create cut -p 1')
  await cli('produce cut', { input: 'one\n' })
  const reader = member('cut', 'others')
  await reader.line('what there is', (line) => (line === 'one' ? true : undefined))
  await cluster.broker.kill()
  expect(await reader.exited).toBe(6)
  expect(reader.stderr()).toMatch(/consuming as others: .+\nnext: .*check --bootstrap/)
})

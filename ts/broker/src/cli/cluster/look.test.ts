// A cluster that is ill, as one broker alone cannot be: what is told of it, and with which exit code.
import { expect, onTestFinished, test, vi } from 'vitest'
import { Client } from '../client/client.ts'
import { exitCode } from '../exit-codes.ts'
import { Failure } from '../failure.ts'
import { run } from '../index.ts'
import { processTerminal } from '../terminal.ts'

const partition = (partitionIndex: number, leaderId: number, isrNodes: readonly number[]) => {
  const replicaNodes = [1, 2]
  const offlineReplicas = replicaNodes.filter((id) => !isrNodes.includes(id))
  return { partitionIndex, leaderId, leaderEpoch: 4, replicaNodes, isrNodes, offlineReplicas }
}

const ill = [partition(0, 1, [1, 2]), partition(1, 1, [1]), partition(2, -1, [])]
const well = [partition(0, 1, [1, 2]), partition(1, 2, [1, 2]), partition(2, 1, [1, 2])]

/** Two brokers, of which the second does not answer; `partitionsNow` are asked for at every look. */
const clusterOf = (partitionsNow: () => typeof ill, isSecondUp = false): void => {
  const brokers = [1, 2].map((id) => ({ id, host: 'localhost', port: 9091 + id, rack: null }))
  const client = {
    cluster: () => Promise.resolve({ id: 'c', controllerId: 1, brokers }),
    ask: () =>
      Promise.resolve({
        topics: [{ errorCode: 0, name: 'orders', topicId: 'o', isInternal: false, partitions: partitionsNow() }],
      }),
    askBroker: (id: number) =>
      id === 1 || isSecondUp
        ? Promise.resolve({ results: [] })
        : Promise.reject(new Failure('unreachable', 'localhost:9093 cannot be asked')),
    close: () => undefined,
  } as unknown as Client
  const opening = vi.spyOn(Client, 'open').mockResolvedValue(client)
  onTestFinished(() => opening.mockRestore())
}

const cli = async (args: string, heard: (said: string) => void = () => undefined) => {
  let said = ''
  const write = (bytes: string | Uint8Array): Promise<void> => {
    said += bytes.toString()
    heard(said)
    return Promise.resolve()
  }
  const print = (text: string): void => void (said += `${text}\n`)
  const terminal = { ...processTerminal, write, print, environment: { XDG_CONFIG_HOME: '/nonexistent' } }
  return { code: await run({ ...terminal, columns: () => null, interactive: false }, args.split(' ')), said }
}

test.each(['status', 'cluster health'])(
  '%s of a cluster that is ill says what is wrong, and its exit code too',
  async (command) => {
    clusterOf(() => ill)
    const { code, said } = await cli(`${command} -o json`)
    expect(code).toBe(exitCode('unhealthy'))
    expect(JSON.parse(said)).toMatchObject({
      healthy: false,
      problems: [
        { level: 'CRITICAL', what: 'broker is not reachable: localhost:9093 cannot be asked', where: 'broker 2' },
        { level: 'WARNING', what: 'partition with replicas out of sync', where: 'orders/1' },
        { level: 'CRITICAL', what: 'partition without a leader', where: 'orders/2' },
      ],
    })
    expect(await cli(`${command} --nagios`)).toMatchObject({
      code: 2,
      said: expect.stringMatching(/^CRITICAL - broker 2: .*, and 2 more \| problems=3 brokers=2/),
    })
    clusterOf(() => well, true)
    expect((await cli(`${command} -o json`)).code).toBe(exitCode('ok'))
  },
)

test('partitions are listed by what is wrong with them', async () => {
  clusterOf(() => ill)
  expect((await cli('cluster partitions --leaderless -o name')).said).toBe('orders/2\n')
  expect((await cli('cluster partitions --under-replicated -o name')).said).toContain('orders/1\n')
  expect((await cli('cluster partitions --offline -o name')).said).toBe('orders/1\norders/2\n')
  expect((await cli('cluster partitions --offline --leaderless -o csv')).said).toContain('orders,2,,"1,2",,4,"1,2"\n')
  expect((await cli('cluster partitions -o csv')).said).toContain('orders,1,1,"1,2",1,4,2\n')
})

test('--watch sees brokers that join, and misses those that leave', async () => {
  const address = { host: 'localhost', port: 9092, rack: null }
  const clusters = [[1], [1, 2], [2]].map((ids) => ({
    id: 'c',
    controllerId: 1,
    brokers: ids.map((id) => ({ id, ...address })),
  }))
  const opening = vi.spyOn(Client, 'open').mockImplementation(() => {
    // What a client has learned of a cluster it keeps.
    const cluster = clusters.shift() ?? { id: 'c', controllerId: 1, brokers: [] }
    const client = { cluster: () => Promise.resolve(cluster), askBroker: () => Promise.resolve({ results: [] }) }
    return Promise.resolve({ ...client, close: () => undefined } as unknown as Client)
  })
  onTestFinished(() => opening.mockRestore())
  const { code, said } = await cli('cluster info -o name --watch 1ms', (shown) => {
    if (shown.endsWith('2\n2\n')) process.emit('SIGINT')
  })
  expect(code).toBe(exitCode('interrupted'))
  expect(said).toBe('1\n1\n2\n2\n')
})

test('--watch shows what has changed since the last look, until Ctrl-C', async () => {
  let looks = 0
  clusterOf(() => ((looks += 1) < 3 ? ill : well), true)
  const { code, said } = await cli('cluster health -o name --watch 1ms', (shown) => {
    if (shown.endsWith('\n\n')) process.emit('SIGINT')
  })
  expect(code).toBe(exitCode('interrupted'))
  expect(said).toBe('orders/1\norders/2\norders/1\norders/2\n\n')
})

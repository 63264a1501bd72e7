import { describe, expect, it } from 'vitest'
import { initProducerId } from '../messages/22-init-producer-id.ts'
import { describeCluster } from '../messages/60-describe-cluster.ts'
import { handleInitProducerId } from './22-init-producer-id.ts'
import { handleDescribeCluster } from './60-describe-cluster.ts'
import { clusterFixture } from './cluster-fixture.ts'

describe('DescribeCluster', () => {
  it('names the brokers that can be reached, and the controller', async () => {
    const { call } = await clusterFixture()
    const answer = await call(describeCluster, handleDescribeCluster, 2, { includeClusterAuthorizedOperations: true })
    expect(answer).toMatchObject({
      clusterId: 'test-cluster',
      controllerId: 1,
      brokers: [{ brokerId: 1, host: 'localhost', port: 9092, rack: null, isFenced: false }],
      clusterAuthorizedOperations: 8096,
    })
  })

  it.each([
    [2, 'MISMATCHED_ENDPOINT_TYPE'],
    [9, 'UNSUPPORTED_ENDPOINT_TYPE'],
  ])('refuses endpoints of type %i', async (endpointType, code) => {
    const { call } = await clusterFixture()
    const request = { includeClusterAuthorizedOperations: false, endpointType }
    await expect(call(describeCluster, handleDescribeCluster, 1, request)).rejects.toMatchObject({ code })
  })
})

describe('InitProducerId', () => {
  const ask = { transactionalId: null, transactionTimeoutMs: 60_000 }

  it('never gives an id twice, to however many ask at once', async () => {
    const { call } = await clusterFixture()
    const answers = await Promise.all(
      Array.from({ length: 2_500 }, () => call(initProducerId, handleInitProducerId, 4, ask)),
    )
    expect(new Set(answers.map(({ producerId }) => producerId)).size).toBe(2_500)
    expect(answers.every(({ errorCode, producerEpoch }) => errorCode === 0 && producerEpoch === 0)).toBe(true)
  })

  it('gives a new id to a producer that names the one it had', async () => {
    const { call } = await clusterFixture()
    const first = await call(initProducerId, handleInitProducerId, 4, ask)
    const again = await call(initProducerId, handleInitProducerId, 4, { ...ask, ...first })
    expect(again.producerId).toBeGreaterThan(first.producerId)
  })

  it.each([
    ['a transactional id', { transactionalId: 'tx' }],
    ['an empty transactional id', { transactionalId: '' }],
    ['a transactional id with id and epoch', { transactionalId: 'tx', producerId: 4, producerEpoch: 1 }],
    ['an id without an epoch', { producerId: 4 }],
    ['an epoch without an id', { producerEpoch: 4 }],
  ])('refuses %s', async (_, given) => {
    const { call } = await clusterFixture()
    expect(await call(initProducerId, handleInitProducerId, 4, { ...ask, ...given })).toMatchObject({
      errorCode: 42,
      producerId: -1,
      producerEpoch: -1,
    })
  })

  it('goes on with a fresh block after a restart', async () => {
    const { call, cluster } = await clusterFixture()
    const { producerId } = await call(initProducerId, handleInitProducerId, 4, ask)
    expect(cluster.image().nextProducerId).toBeGreaterThan(producerId)
  })
})

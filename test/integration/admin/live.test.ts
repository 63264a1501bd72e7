// What the console shows without asking again: the stream, rates and lag of the last hour.
import { request } from 'node:http'
import type { Socket } from 'node:net'
import { streamMessage, type StreamMessage } from 'millrace/admin/contract/live.js'
import { produce } from 'millrace/messages/00-produce.js'
import { offsetCommit } from 'millrace/messages/08-offset-commit.js'
import { expect, test } from 'vitest'
import { batch } from '../../harness/batch.ts'
import { eventually } from '../../harness/eventually.ts'
import { readyCoordinator } from '../../harness/ready-coordinator.ts'
import { readyTopic } from '../../harness/ready-topic.ts'
import { inside } from './inside.ts'

const PASSWORD = 'for the stream of it'
const { authorization, base, call, fetch, peer } = inside({ 'admin.password': PASSWORD })

type Headers = Readonly<Record<string, string>>
type Opened = { readonly status: number } | { readonly socket: Socket; readonly messages: StreamMessage[] }

/** A client of the stream in as much of the protocol as it takes: frames of text from the server, none to it. */
const open = (headers: Headers): Promise<Opened> =>
  new Promise((resolve, reject) => {
    const handshake = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
    }
    request(`${base()}/api/v1/stream`, { headers: { ...handshake, ...headers } }, (response) => {
      response.resume()
      resolve({ status: response.statusCode ?? 0 })
    })
      .on('upgrade', (_response, socket: Socket, head) => {
        const messages: StreamMessage[] = []
        let bytes = Buffer.from(head)
        const read = (): void => {
          for (let frame = firstFrame(bytes); frame !== null; frame = firstFrame(bytes)) {
            bytes = bytes.subarray(frame.end)
            if (frame.isText) messages.push(streamMessage.parse(JSON.parse(frame.payload.toString())))
          }
        }
        socket.on('data', (chunk: Buffer) => {
          bytes = Buffer.concat([bytes, chunk])
          read()
        })
        socket.on('error', () => undefined)
        read()
        resolve({ socket, messages })
      })
      .on('error', reject)
      .end()
  })

const firstFrame = (
  bytes: Buffer,
): { readonly end: number; readonly isText: boolean; readonly payload: Buffer } | null => {
  if (bytes.length < 2) return null
  const short = (bytes[1] ?? 0) & 0x7f
  const from = short === 126 ? 4 : 2
  if (bytes.length < from) return null
  const end = from + (short === 126 ? bytes.readUInt16BE(2) : short)
  if (bytes.length < end) return null
  return { end, isText: ((bytes[0] ?? 0) & 0x0f) === 1, payload: bytes.subarray(from, end) }
}

const opened = async (headers: Headers) => {
  const found = await open(headers)
  if ('status' in found) throw new Error(`the stream was refused with ${found.status}`)
  return found
}

const send = async (topic: string, count: number, value = 'x', at = Date.now()): Promise<void> => {
  const records = batch(
    Array.from({ length: count }, () => ({ value })),
    { baseTimestamp: at },
  )
  const { responses } = await peer().call(produce, 9, {
    transactionalId: null,
    acks: -1,
    timeoutMs: 10_000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records }] }],
  })
  expect(responses[0]?.partitionResponses[0]?.errorCode).toBe(0)
}

const commit = async (groupId: string, topic: string, committedOffset: number): Promise<void> => {
  const partitions = [{ partitionIndex: 0, committedOffset, committedMetadata: '' }]
  const member = { groupId, generationIdOrMemberEpoch: -1, memberId: '' }
  const { topics } = await peer().call(offsetCommit, 7, { ...member, topics: [{ name: topic, partitions }] })
  expect(topics[0]?.partitions[0]?.errorCode).toBe(0)
}

test('all of it first, then what has changed', async () => {
  const { socket, messages } = await opened(authorization())
  const [first] = await eventually('the first message', () => (messages.length > 0 ? messages : undefined))
  expect(first).toMatchObject({ type: 'all', live: { state: 'running', ok: true, problems: [], brokers: 1 } })
  expect(await call('live', {})).toMatchObject({ state: 'running', brokers: 1 })

  await readyTopic(peer(), 'streamed')
  await send('streamed', 1, 'x'.repeat(10_000))
  const changed = await eventually('the rate is told', () =>
    messages.find(({ type, live }) => type === 'changed' && (live.bytesIn ?? 0) > 0),
  )
  expect(changed.live).not.toHaveProperty('state')
  expect(messages.some(({ live }) => live.topics === 1)).toBe(true)
  socket.destroy()
})

test('nobody has it without a login, from another site or under another name', async () => {
  const port = new URL(base()).port
  expect(await open({})).toEqual({ status: 401 })
  expect(await open({ authorization: 'Bearer wrong' })).toEqual({ status: 401 })
  expect(await open({ ...authorization(), origin: 'http://evil.example' })).toEqual({ status: 403 })
  expect(await open({ ...authorization(), host: `evil.example:${port}` })).toEqual({ status: 421 })
})

test('it ends with the session', async () => {
  const headers = { 'content-type': 'application/json' }
  const login = await fetch('/api/v1/session', {
    method: 'POST',
    headers,
    body: JSON.stringify({ user: 'admin', password: PASSWORD }),
  })
  const { csrf } = (await login.json()) as { readonly csrf: string }
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? ''
  const { socket } = await opened({ cookie, origin: base() })
  let ended = false
  socket.on('close', () => (ended = true))
  await fetch('/api/v1/session', { method: 'DELETE', headers: { ...headers, cookie, 'x-millrace-csrf': csrf } })
  await eventually('it is closed', () => (ended ? true : undefined))
})

test('rates and lag of the last hour; the lag in seconds', async () => {
  await readyCoordinator(peer(), 'behind')
  await call('resetOffsets', { group: 'behind', topics: ['streamed'], target: { to: 'latest' } })
  const group = await call('group', { group: 'behind' })
  expect(group.offsetRows).toMatchObject([{ lag: '0', lagSeconds: 0 }])
  expect(group.lagSeconds).toBe(0)
  const { lag, lagSeconds, intervalMs } = await eventually('its lag is noted', async () => {
    const told = await call('groupHistory', { group: 'behind' })
    return told.lag.length > 0 ? told : undefined
  })
  expect(intervalMs).toBe(10_000)
  expect(new Set(lag)).toEqual(new Set([0]))
  expect(new Set(lagSeconds)).toEqual(new Set([0]))
  await call('resetOffsets', { group: 'behind', target: { to: 'shift', by: '-1' } })
  const moved = await call('groupHistory', { group: 'behind' })
  expect(moved.now.lag).toBe(1)
  expect(Number(moved.now.at)).toBeGreaterThanOrEqual(Number(moved.until))
  await expect(call('groupHistory', { group: 'nobody' })).rejects.toMatchObject({ status: 404 })
  const { series } = await eventually('rates are noted', async () => {
    const told = await call('history', {})
    return told.series.connections.length > 0 ? told : undefined
  })
  expect(Math.max(...series.connections)).toBeGreaterThan(0)
})

test('a group that is set back is as far behind as the record that it goes on with is old', async () => {
  // It was told to be seconds behind: its topic is watched since its first commit.
  await readyTopic(peer(), 'replayed')
  await readyCoordinator(peer(), 'replays')
  const [now, hour] = [Date.now(), 3600]
  for (const hours of [50, 5, 0]) await send('replayed', 2, 'x', now - hours * hour * 1000)
  await commit('replays', 'replayed', 6)
  const behind = async () => {
    const group = await call('group', { group: 'replays' })
    expect(group.offsetRows[0]?.lagSeconds).toBe(group.lagSeconds)
    return group.lagSeconds ?? 0
  }
  expect(await behind()).toBe(0)
  for (const [offset, hours] of [
    [0, 50],
    [1, 50],
    [3, 5],
    [5, 0],
  ] as const) {
    await call('resetOffsets', { group: 'replays', target: { to: 'offset', offset: String(offset) } })
    const since = (Date.now() - now) / 1000
    expect(await behind()).toBeGreaterThanOrEqual(hours * hour + since - 0.01)
    expect(await behind()).toBeLessThan(hours * hour + since + 60)
  }
  const listed = await eventually('it is listed so', async () => {
    const [found] = (await call('groups', { search: 'replays' })).items
    return found?.lag === '1' ? found : undefined
  })
  expect(listed.lagSeconds).toBeLessThan(60)
})

test('the topics with most traffic come first, by what goes in and what groups have read', async () => {
  for (const topic of ['calm', 'loud']) await readyTopic(peer(), topic)
  await readyCoordinator(peer(), 'reading')
  await commit('reading', 'loud', 0)
  const busiest = async () => (await call('topics', { sort: 'traffic', order: 'desc', internal: 'false' })).items
  // From now on they are looked at.
  expect((await busiest()).find(({ name }) => name === 'loud')).toMatchObject({ messagesIn: null, messagesOut: null })
  await eventually('each was looked at twice', async () =>
    (await busiest()).every(({ messagesIn }) => messagesIn === 0) ? true : undefined,
  )
  await send('calm', 10)
  await send('loud', 300)
  await commit('reading', 'loud', 200)
  const [first, second] = await eventually('there are rates', async () => {
    const items = await busiest()
    return (items[1]?.messagesIn ?? 0) > 0 ? items : undefined
  })
  expect([first?.name, second?.name]).toEqual(['loud', 'calm'])
  // Of the ten seconds in which they came.
  expect(first?.messagesIn).toBeGreaterThan(15)
  expect(first?.messagesIn).toBeLessThanOrEqual(30)
  expect(first?.messagesOut).toBeGreaterThan(10)
  expect(second).toMatchObject({ messagesOut: 0 })
  const { messagesIn, messagesOut } = await call('live', {})
  expect(messagesIn).toBeGreaterThan(first?.messagesIn ?? Infinity)
  expect(messagesOut).toBe(first?.messagesOut)
  const { series } = await call('history', {})
  expect(series.messagesIn.at(-1)).toBe(messagesIn)
  expect(series.messagesIn).toHaveLength(series.bytesIn.length)
})

test('what a group is moved over was not read by it', async () => {
  await readyTopic(peer(), 'skipped')
  await readyCoordinator(peer(), 'skipping')
  await send('skipped', 5000)
  await commit('skipping', 'skipped', 0)
  const rates = async () => (await call('topics', { search: 'skipped', internal: 'false' })).items[0]
  await eventually('it was looked at twice', async () => ((await rates())?.messagesOut === 0 ? true : undefined))
  // A reset to the end was told as 500 messages each second that groups had read.
  await call('resetOffsets', { group: 'skipping', target: { to: 'latest' } })
  await send('skipped', 10)
  await commit('skipping', 'skipped', 5010)
  const { messagesOut } = await eventually('there are rates', async () => {
    const found = await rates()
    return (found?.messagesIn ?? 0) > 0 ? found : undefined
  })
  expect(messagesOut).toBeGreaterThan(0)
  expect(messagesOut).toBeLessThan(3)
})

test('groups are in the order of their lag in seconds, and of messages where that is the same', async () => {
  for (const topic of ['slow', 'burst']) {
    await readyTopic(peer(), topic)
    await readyCoordinator(peer(), `reads ${topic}`)
    await commit(`reads ${topic}`, topic, 0)
  }
  const worst = async () => (await call('groups', { search: 'reads ', sort: 'lagSeconds', order: 'desc' })).items
  await send('slow', 1)
  await eventually('it is behind for more than one sample', async () => {
    const [first] = await worst()
    return first?.name === 'reads slow' && (first.lagSeconds ?? 0) > 11 ? true : undefined
  })
  await send('burst', 50)
  const [first, second] = await eventually('the other one is, too', async () => {
    const items = await worst()
    return items.every(({ lag, lagSeconds }) => lag !== '0' && lagSeconds !== null) ? items : undefined
  })
  expect(first).toMatchObject({ name: 'reads slow', lag: '1' })
  expect(second).toMatchObject({ name: 'reads burst', lag: '50' })
  expect(first?.lagSeconds).toBeGreaterThan(second?.lagSeconds ?? Infinity)
})

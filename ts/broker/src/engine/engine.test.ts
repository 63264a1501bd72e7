import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { randomTopicId } from '../base/ids.ts'
import { silentLogger } from '../base/logger.ts'
import { Engine, type EngineUser } from './engine.ts'
import type { EngineEvent } from './events.ts'
import { createRecovery } from './recovery.ts'
import type { Frame } from './requests.ts'
import { LOG_CONFIG, TOPIC, imageWith, optionsFor, topicId } from './scenario.ts'

/** Header version 1 with a null client id; the body follows as hex. */
const request = (apiKey: number, apiVersion: number, correlationId: number, body: string): Buffer => {
  const rest = Buffer.from(body, 'hex')
  const bytes = Buffer.alloc(14 + rest.length)
  bytes.writeUInt32BE(10 + rest.length, 0)
  bytes.writeInt16BE(apiKey, 4)
  bytes.writeInt16BE(apiVersion, 6)
  bytes.writeInt32BE(correlationId, 8)
  bytes.writeInt16BE(-1, 12)
  rest.copy(bytes, 14)
  return bytes
}

const answerOf = async (socket: Socket): Promise<Buffer> => {
  let received = Buffer.alloc(0)
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk as Buffer])
    if (received.length >= 4 && received.length >= 4 + received.readUInt32BE(0)) break
  }
  return received.subarray(4)
}

const ask = async (port: number, bytes: Buffer): Promise<Buffer> => {
  const socket = connect(port, '127.0.0.1')
  socket.write(bytes)
  try {
    return await answerOf(socket)
  } finally {
    socket.destroy()
  }
}

const WRITTEN_AT = 1_700_000_000_000

/** One record batch v2 with one record, no key, and the CRC left to the engine. */
const batchOf = (value: string): Buffer => {
  const body = Buffer.from(value)
  const record = Buffer.concat([Buffer.of(0, 0, 0, 1, body.length * 2), body, Buffer.of(0)])
  const batch = Buffer.alloc(61)
  batch.writeInt32BE(49 + 1 + record.length, 8)
  batch.writeInt8(2, 16)
  batch.writeBigInt64BE(BigInt(WRITTEN_AT), 27)
  batch.writeBigInt64BE(BigInt(WRITTEN_AT), 35)
  batch.writeBigInt64BE(-1n, 43)
  batch.writeInt16BE(-1, 51)
  batch.writeInt32BE(-1, 53)
  batch.writeInt32BE(1, 57)
  return Buffer.concat([batch, Buffer.of(record.length * 2), record])
}

const nobody: EngineUser = { request: () => undefined, event: () => undefined }

describe('an engine', () => {
  let directory: string
  let engine: Engine

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'millrace-engine-'))
    engine = await Engine.open(optionsFor(directory), silentLogger)
  })

  afterEach(async () => {
    await engine.close()
    await rm(directory, { recursive: true })
  })

  const serve = (user: EngineUser = nobody): number => {
    const port = engine.bind()[0]?.port ?? 0
    engine.publish(imageWith(port, [TOPIC]))
    engine.listen(user)
    return port
  }

  it('answers ApiVersions and Metadata from the image', async () => {
    const port = serve()
    const apis = await ask(port, request(18, 0, 77, ''))
    expect(apis.readInt32BE(0)).toBe(77)
    expect(apis.readInt16BE(4)).toBe(0)
    expect(apis.toString('hex')).toContain('000c00000004')
    const metadata = await ask(port, request(3, 1, 78, 'ffffffff'))
    expect(metadata.readInt32BE(0)).toBe(78)
    expect(metadata.toString('latin1')).toContain('inner')
    expect(metadata.toString('latin1')).toContain('127.0.0.1')
  })

  it('hands on what it does not answer, in order, and sends the replies', async () => {
    const frames: Frame[] = []
    const port = serve({
      ...nobody,
      request: (frame) => {
        frames.push(frame)
        const answer = Buffer.concat([frame.frame.subarray(4, 8), Buffer.from('answer')])
        engine.reply({ connectionId: frame.connectionId, bytes: answer, close: false, muteMs: 0 })
      },
    })
    const before = Date.now()
    const answer = await ask(port, request(12, 0, 5, 'aabbcc'))
    expect(answer).toEqual(Buffer.concat([Buffer.of(0, 0, 0, 5), Buffer.from('answer')]))
    expect(frames).toHaveLength(1)
    expect(frames[0]).toMatchObject({ listener: 'PLAINTEXT', clientAddress: '127.0.0.1' })
    expect(frames[0]?.frame.subarray(-3)).toEqual(Buffer.of(0xaa, 0xbb, 0xcc))
    expect(frames[0]?.arrivedAt).toBeGreaterThanOrEqual(before - 1)
    expect(frames[0]?.arrivedAt).toBeLessThanOrEqual(Date.now() + 1)
  })

  it('closes the connection of a request whose handling threw', async () => {
    const port = serve({
      ...nobody,
      request: () => {
        throw new Error('a defect')
      },
    })
    await expect(ask(port, request(12, 0, 5, ''))).resolves.toHaveLength(0)
  })

  it('tells that a connection went', async () => {
    const events: EngineEvent[] = []
    const port = serve({ ...nobody, event: (event) => events.push(event) })
    await ask(port, request(18, 0, 1, ''))
    await expect.poll(() => events.map(({ type }) => type)).toEqual(['connection-closed'])
  })

  it('appends to an internal log and reads it back', async () => {
    serve()
    await expect(engine.append(topicId, 0, 0, batchOf('first'))).resolves.toBe(0)
    const both = [engine.append(topicId, 0, 0, batchOf('second')), engine.append(topicId, 0, 0, batchOf('third'))]
    await expect(Promise.all(both)).resolves.toEqual([1, 2])
    const read = await engine.read(topicId, 0, 1, 1024)
    expect(read.readBigInt64BE(0)).toBe(1n)
    expect(read.toString('latin1')).toContain('second')
    expect(read.toString('latin1')).toContain('third')
    await expect(engine.read(topicId, 0, 3, 1024)).resolves.toHaveLength(0)
    await engine.queries.deleteRecords([{ topicId, partition: 0, before: 1 }])
    await expect(engine.read(topicId, 0, 0, 1024)).resolves.toEqual(read)
    await expect(engine.read(topicId, 0, 99, 1024)).rejects.toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
    const [offsets] = await engine.queries.logOffsets([{ topicId, partition: 0 }])
    expect(offsets).toMatchObject({ errorCode: 0, logStart: 1, highWatermark: 3, logEnd: 3 })
    const times = await engine.queries.recordTimes([
      ...[0, 1, 3].map((offset) => ({ topicId, partition: 0, offset })),
      { topicId, partition: 7, offset: 0 },
    ])
    // Of what is gone the next one; nothing is there yet at the end.
    expect(times).toEqual([
      ...[WRITTEN_AT, WRITTEN_AT, -1].map((timestamp) => ({ errorCode: 0, timestamp })),
      { errorCode: 3, timestamp: -1 },
    ])
    const latest = { topicId, partition: 0, timestamp: -1, committedOnly: false, replica: false }
    const answers = await engine.queries.listOffsets([latest, { ...latest, partition: 7 }])
    expect(answers).toMatchObject([
      { errorCode: 0, offset: 3 },
      { errorCode: 3, offset: -1 },
    ])
  })

  it('refuses an append to a log it does not have, and bytes that are no batch', async () => {
    serve()
    await expect(engine.append(randomTopicId(), 0, 0, batchOf('x'))).rejects.toMatchObject({
      code: 'UNKNOWN_TOPIC_OR_PARTITION',
    })
    await expect(engine.append(topicId, 0, 0, Buffer.from('none'))).rejects.toMatchObject({ code: 'CORRUPT_MESSAGE' })
  })

  it('drops the logs of topics that the image removes', async () => {
    serve()
    await engine.append(topicId, 0, 0, batchOf('first'))
    engine.publish({ version: 2, topics: [], removedTopics: [topicId] })
    await expect(engine.read(topicId, 0, 0, 1024)).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  })

  it('refuses an image that makes no sense and serves the one before', async () => {
    const port = serve()
    expect(() => engine.publish({ version: 2, topics: [], removedTopics: ['short'] })).toThrow('topic id')
    const bad = { ...TOPIC, id: randomTopicId(), config: { ...LOG_CONFIG, compression: 'brotli' } }
    expect(() => engine.publish({ version: 2, topics: [bad], removedTopics: [topicId] })).toThrow('brotli')
    await expect(engine.read(topicId, 0, 0, 1024)).resolves.toHaveLength(0)
    const metadata = await ask(port, request(3, 1, 78, 'ffffffff'))
    expect(metadata.toString('latin1')).toContain('inner')
  })

  it('keeps the catalogue over a restart', async () => {
    await engine.commit([
      { key: 'a', value: Buffer.from('1') },
      { key: 'b', value: Buffer.from('2') },
    ])
    await expect(engine.commit([{ key: 'a', value: null }])).resolves.toBe(2)
    await engine.close()
    engine = await Engine.open(optionsFor(directory), silentLogger)
    expect(engine.catalogue()).toEqual([{ key: 'b', value: Buffer.from('2') }])
    await expect(engine.commit([])).resolves.toBe(3)
  })

  it('recovers what a killed one left while everybody else goes on', async () => {
    serve()
    const appended = Array.from({ length: 200 }, (_, n) => engine.append(topicId, 0, 0, batchOf(`value ${n}`)))
    await Promise.all(appended)
    // Segments are written behind; what is copied by then is what a kill leaves.
    await expect.poll(() => readdir(directory)).toContain('inner-0')
    const left = await mkdtemp(join(tmpdir(), 'millrace-engine-'))
    await cp(directory, left, { recursive: true })
    const recovery = createRecovery()
    let opened = false
    let turns = 0
    const turn = (): void => {
      turns += 1
      if (!opened) setImmediate(turn)
    }
    setImmediate(turn)
    const recovered = await Engine.open(optionsFor(left), silentLogger, recovery)
    opened = true
    expect(turns).toBeGreaterThan(1)
    expect(recovery.progress()).toMatchObject({ phase: 'done', logs: 1, logsDone: 1 })
    await recovered.close()
    await rm(left, { recursive: true })
  })

  it('takes in what a killed one left of topics that lie nowhere, before an image names them', async () => {
    serve()
    await engine.append(topicId, 0, 0, batchOf('left'))
    const left = await mkdtemp(join(tmpdir(), 'millrace-engine-'))
    await cp(directory, left, { recursive: true })
    await rm(join(left, 'inner-0'), { recursive: true, force: true })
    const other = await Engine.open(optionsFor(left), silentLogger)
    expect(other.unnamedTopics()).toEqual([topicId])
    await other.takeIn([TOPIC])
    expect(other.unnamedTopics()).toEqual([])
    other.publish(imageWith(1, [TOPIC]))
    expect((await other.read(topicId, 0, 0, 1024)).includes('left')).toBe(true)
    await other.close()
    await rm(left, { recursive: true })
  })

  it('counts', async () => {
    const port = serve()
    await ask(port, request(18, 0, 1, ''))
    const stats = engine.stats()
    expect(stats.get('server.requests.api_versions')).toBe(1)
    expect(stats.get('store.logs')).toBe(1)
  })

  it('says what is wrong when it cannot open', async () => {
    const nowhere = { ...optionsFor(directory), directories: [] }
    await expect(Engine.open(nowhere, silentLogger)).rejects.toThrow('directories')
  })
})

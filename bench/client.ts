// What the benchmarks share: a broker of their own, connections to it, and batches made without a client library.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { writeRequest } from 'millrace/wire/codec.js'
import { writeRequestHeader } from 'millrace/wire/headers.js'
import type { AnyStruct, Api, Draft } from 'millrace/wire/schema.js'
import { Writer } from 'millrace/wire/writer.js'

const MAIN = fileURLToPath(new URL('../../ts/broker/dist/main.js', import.meta.url))

const crc32c = (bytes: Buffer): number => {
  let crc = 0xffff_ffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f6_3b78 : 0)
  }
  return ~crc >>> 0
}

const varint = (value: number): readonly number[] => {
  const bytes: number[] = []
  let left = value * 2
  for (; left > 0x7f; left >>= 7) bytes.push((left & 0x7f) | 0x80)
  return [...bytes, left]
}

/** A batch of one record without a key: a header of 61 bytes, then the record. */
export const batch = (recordBytes: number): Buffer => {
  const body = Buffer.concat([
    Buffer.from([0, 0, 0, 1, ...varint(recordBytes)]),
    Buffer.alloc(recordBytes, 'x'),
    Buffer.from([0]),
  ])
  const record = Buffer.concat([Buffer.from(varint(body.length)), body])
  const bytes = Buffer.concat([Buffer.alloc(61), record])
  bytes.writeInt32BE(bytes.length - 12, 8)
  bytes.writeInt32BE(-1, 12)
  bytes.writeInt8(2, 16)
  bytes.writeBigInt64BE(BigInt(Date.now()), 27)
  bytes.writeBigInt64BE(BigInt(Date.now()), 35)
  bytes.fill(0xff, 43, 57)
  bytes.writeInt32BE(1, 57)
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17)
  return bytes
}

export const frame = <Q extends AnyStruct>(api: Api<Q>, version: number, request: Draft<Q>): Buffer => {
  const writer = new Writer()
  writeRequestHeader(writer, api, { apiVersion: version, correlationId: 1, clientId: 'bench' })
  const body = writeRequest(api, version, request, writer)
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length)
  return Buffer.concat([length, body])
}

export const open = async (port: number): Promise<Socket> => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  // Who waits for an answer is told by the close that follows.
  socket.on('error', () => undefined)
  return socket
}

/** Sends a frame and resolves with its whole answer, the length in front included; rejects when the connection ends before. */
export const call = (socket: Socket, bytes: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const fail = (): void => reject(new Error('the connection was closed'))
    const chunks: Buffer[] = []
    let received = 0
    let wanted = 4
    const take = (chunk: Buffer): void => {
      chunks.push(chunk)
      received += chunk.length
      if (wanted === 4 && received >= 4) wanted = 4 + Buffer.concat(chunks).readInt32BE()
      if (received < wanted) return
      socket.off('data', take)
      socket.off('close', fail)
      resolve(chunks.length === 1 ? chunk : Buffer.concat(chunks))
    }
    socket.on('data', take)
    socket.once('close', fail)
    socket.write(bytes)
  })

export interface Broker {
  readonly process: ChildProcess
  readonly port: number
  readonly directory: string
}

export const newDirectory = (): string => mkdtempSync(join(tmpdir(), 'millrace-bench-'))

export const startBroker = async (
  directory: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Broker> => {
  const own = { listeners: 'PLAINTEXT://127.0.0.1:0', 'log.dirs': directory, ...settings }
  const flags = Object.entries(own).flatMap(([name, value]) => ['--override', `${name}=${value}`])
  const broker = spawn(process.execPath, [MAIN, 'start', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface(broker.stdout)) {
    const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1]
    if (port !== undefined && line.includes('started')) return { process: broker, port: Number(port), directory }
  }
  throw new Error('the broker did not start')
}

export const stopBroker = async ({ process: broker }: Broker): Promise<void> => {
  const exited = once(broker, 'exit')
  broker.kill('SIGTERM')
  await exited
}

export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.floor(sorted.length * share)] ?? 0

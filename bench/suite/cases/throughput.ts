// Rows 1 to 5: as much as goes through, in batches of several sizes.
import type { Case } from '../case.ts'
import { columns } from '../columns.ts'
import type { Report } from '../generator.ts'
import { cpuPerGB, higher, machineCpuPerGB, part, throughput, times } from './measures.ts'
import { cpuPerGigabyte, type Load, machinePerGigabyte, produceTo } from './produce.ts'

const { kafka, millrace, nothing, relaxed, strict, tuned } = columns
const ALL = [millrace, kafka, tuned, relaxed]

const BATCHES_16K: Load = { connections: 16, depth: 5, records: 16, recordBytes: 1024, partitions: 6 }
const SMALL_RECORDS: Load = { ...BATCHES_16K, records: 160, recordBytes: 100 }
const BATCHES_1M: Load = { ...BATCHES_16K, records: 1000, recordBytes: 1000 }
const COMPRESSED: Load = { ...BATCHES_16K, records: 64 }

const perByte = (report: Report): Readonly<Record<string, number>> => ({
  throughput: report.megabytesPerSecond,
  CPU: cpuPerGigabyte(report),
  'CPU of the whole machine': machinePerGigabyte(report),
})

const batches16k: Case = {
  rows: [
    { row: 1, id: 'produce-16k', title: 'Batches of 16 KiB', measures: [throughput(times(4))] },
    {
      row: 2,
      id: 'produce-16k-cpu',
      title: 'Processor time of batches of 16 KiB',
      measures: [cpuPerGB(part(1 / 6)), machineCpuPerGB],
    },
  ],
  what: 'Batches of 16 records of 1 KiB, 16 connections with 5 requests in flight each, 6 partitions, acks=1.',
  columns: [...ALL, nothing],
  load: 'batches',
  isShort: true,
  take: (setting) => produceTo(setting, BATCHES_16K, perByte),
}

const smallRecords: Case = {
  rows: [
    {
      row: 3,
      id: 'produce-100b',
      title: 'Records of 100 bytes',
      measures: [higher('records', 'records/s', times(4)), cpuPerGB(), machineCpuPerGB],
    },
  ],
  what: 'Batches of 160 records of 100 bytes, 16 connections with 5 requests in flight each, 6 partitions, acks=1.',
  columns: ALL,
  load: 'batches',
  isShort: true,
  take: (setting) =>
    produceTo(setting, SMALL_RECORDS, (report) => ({
      records: report.recordsPerSecond,
      CPU: cpuPerGigabyte(report),
      'CPU of the whole machine': machinePerGigabyte(report),
    })),
}

const batches1M: Case = {
  rows: [
    {
      row: 4,
      id: 'produce-1m',
      title: 'Batches of 1 MB',
      measures: [throughput(times(2)), cpuPerGB(part(1 / 4)), machineCpuPerGB],
    },
  ],
  what: 'Batches of 1,000 records of 1,000 bytes, 16 connections with 5 requests in flight each, 6 partitions, acks=1.',
  columns: ALL,
  load: 'batches',
  isShort: true,
  take: (setting) => produceTo(setting, BATCHES_1M, perByte),
}

/** By what the records are before they are compressed. */
const perPayload = (report: Report): Readonly<Record<string, number>> => {
  const bytes = report.records * COMPRESSED.recordBytes
  const payload = { ...report, bytes }
  return {
    throughput: bytes / report.seconds / 1e6,
    CPU: cpuPerGigabyte(payload),
    'CPU of the whole machine': machinePerGigabyte(payload),
  }
}

const compressed = (codec: 'lz4' | 'zstd'): Case => ({
  rows: [
    {
      row: 5,
      id: `produce-${codec}`,
      title: `Batches compressed with ${codec}`,
      measures: [cpuPerGB({ ...part(1 / 10), also: [strict.name] }), throughput(), machineCpuPerGB],
    },
  ],
  what: `Batches of 64 records of 1 KiB of compressible JSON, compressed with ${codec} before the run; 16 connections with 5 requests in flight each; by bytes before compression.`,
  columns: [...ALL, strict],
  load: codec,
  isShort: codec === 'lz4',
  take: (setting) => produceTo(setting, { ...COMPRESSED, codec }, perPayload),
})

export const throughputCases: readonly Case[] = [
  batches16k,
  smallRecords,
  batches1M,
  compressed('lz4'),
  compressed('zstd'),
]

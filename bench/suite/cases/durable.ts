// Rows 8 and 9: Apache Kafka told to be as durable as Millrace is.
import type { Case } from '../case.ts'
import { columns } from '../columns.ts'
import { cpuPerGB, lower, requestRate, throughput, times } from './measures.ts'
import { cpuPerGigabyte, type Load, produceTo } from './produce.ts'

const COLUMNS = [columns.millrace, columns.durableKafka, columns.durableTuned]
const MANY: Load = { connections: 100, depth: 1, records: 16, recordBytes: 1024, partitions: 100 }
const ONE: Load = { ...MANY, connections: 1, partitions: 1 }

const many: Case = {
  rows: [
    {
      row: 8,
      id: 'durable-many',
      title: 'Both durable, 100 producers',
      measures: [throughput(times(10)), cpuPerGB(), lower('p99', 'us')],
    },
  ],
  what: 'Batches of 16 records of 1 KiB, 100 connections with one request in flight each, 100 partitions; Kafka with flush.messages=1.',
  columns: COLUMNS,
  load: 'durable',
  isShort: true,
  take: (setting) =>
    produceTo(setting, MANY, (report) => ({
      throughput: report.megabytesPerSecond,
      CPU: cpuPerGigabyte(report),
      p99: report.latency.p99,
    })),
}

const one: Case = {
  rows: [
    {
      row: 9,
      id: 'durable-one',
      title: 'Both durable, one producer',
      measures: [requestRate(times(1.5)), lower('p50', 'us'), lower('p99', 'us')],
    },
  ],
  what: 'Batches of 16 records of 1 KiB, one connection, one partition, one request in flight; Kafka with flush.messages=1.',
  columns: COLUMNS,
  load: 'durable',
  isShort: true,
  take: (setting) =>
    produceTo(setting, ONE, ({ requestsPerSecond, latency }) => ({
      requests: requestsPerSecond,
      p50: latency.p50,
      p99: latency.p99,
    })),
}

export const durableCases: readonly Case[] = [many, one]

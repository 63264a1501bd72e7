/** Everything that `/metrics` answers. */
import { performance } from 'node:perf_hooks'
import type { AdminServices } from '../services.ts'
import type { BrokerStatus } from '../status.ts'
import { createExposition, labelText } from './exposition.ts'
import { writeEngine, writeHandlers } from './own.ts'
import { writeProcess } from './process.ts'

const states = ['starting', 'recovering', 'running', 'stopping'] as const

/** While the broker starts there is only its state. */
export const renderMetrics = async (status: BrokerStatus, services: AdminServices | null): Promise<string> => {
  const out = createExposition()
  out.family('millrace_state', 'gauge', 'The state of the broker is the one with 1.')
  for (const state of states) out.sample(labelText({ state }), state === status.state ? 1 : 0)
  out.family('millrace_recovery_logs', 'gauge', 'Logs that this start had to recover.')
  out.sample('', status.recovery.logs)
  out.family('millrace_recovery_logs_done', 'gauge', 'Logs of them that are done.')
  out.sample('', status.recovery.logsDone)
  if (services !== null) {
    out.family('millrace_build_info', 'gauge', 'Always 1; the version is a label.')
    out.sample(labelText({ version: services.version }), 1)
    writeEngine(out, services.engine.stats())
    writeHandlers(out, services.latencies)
    writeProcess(out, services.startedAt, performance.eventLoopUtilization())
  }
  return out.text()
}

// Millrace, started from the build as a user starts it: nothing is set that a command line could not.
import { program } from './paths.ts'
import { start } from './process.ts'
import type { LaunchPlan, Target } from './target.ts'

export const millrace: Target = {
  startTimeoutMs: 30_000,
  launch: (plan) => {
    const preload = plan.preload === undefined ? [] : ['--import', plan.preload]
    const overrides = Object.entries(properties(plan)).flatMap(([key, value]) => ['--override', `${key}=${value}`])
    const [command = '', ...args] = [...plan.within, process.execPath, ...preload, program, 'start', ...overrides]
    return Promise.resolve(start({ command, args, cwd: plan.directory }))
  },
}

const properties = ({ port, dataDirectory, settings }: LaunchPlan): Readonly<Record<string, string>> => ({
  listeners: `PLAINTEXT://127.0.0.1:${port}`,
  'log.dirs': dataDirectory,
  'admin.listener': 'http://127.0.0.1:0',
  // What the broker does by itself: on where a test is about it.
  'audit.topic.enable': 'false',
  'canary.enable': 'false',
  ...settings,
})

// `npm test`: every test, quick ones first. `--full` (npm run test:full) runs the long forms, and those that there are no short ones of.
import { runSteps, vitest } from './steps.mjs'

const isFull = process.argv.includes('--full')
const env = isFull ? { MILLRACE_FULL: '1' } : {}
const crashStates = ['cargo', 'test', '--release', '--test', 'crash_states', '--', '--nocapture']
// Mounts are made in a namespace of its own, which is for root alone.
const power = ['unshare', '--mount', ...vitest('power')]
const onlyFull = [
  { name: 'crash states: a simulated disk', command: crashStates, env },
  ...(process.getuid() === 0 ? [{ name: 'power: failures on a real file system', command: power, env }] : []),
]
await runSteps([
  { name: 'types of the tests and benchmarks', command: ['node_modules/.bin/tsc', '-b', 'test', 'bench'] },
  { name: 'unit: control plane', command: vitest('unit'), env },
  { name: 'wire: schemas, golden bytes, properties', command: vitest('wire'), env },
  { name: 'unit and integration: engine', command: ['cargo', 'test', '--quiet', '--features', 'napi'], env },
  { name: 'hostile: bad input against the broker', command: vitest('hostile'), env },
  { name: 'crash: SIGKILL under load', command: vitest('crash'), env },
  { name: 'integration: real clients against the broker', command: vitest('integration'), env },
  { name: 'conformance: the same answers as Apache Kafka', command: vitest('conformance'), env },
  ...(isFull ? onlyFull : []),
])

// `npm test`: every test, quick ones first. `--full` (npm run test:full) runs the long forms, and those that there are no short ones of;
// what they need is asked for first, and a test that is skipped is a failure. Each says about how long it takes on two cores.
import { requireAllForFull } from './needs.mjs'
import { runSteps, vitest } from './steps.mjs'

const isFull = process.argv.includes('--full')
if (isFull) {
  requireAllForFull()
  Object.assign(process.env, { MILLRACE_FULL: '1', CI: 'true' })
}
const engine = ['cargo', 'test', '--quiet', '--features', 'napi']
const crashStates = ['cargo', 'test', '--release', '--test', 'crash_states', '--', '--nocapture']
// Mounts are made in a namespace of its own, which is for root alone.
const power = ['unshare', '--mount', ...vitest('power')]

const types = { name: 'types of the tests and benchmarks', command: ['node_modules/.bin/tsc', '-b', 'test', 'bench'] }
const unit = { name: 'unit: control plane', command: vitest('unit') }
// With the features of the engine's tests: nothing of it is compiled twice.
const load = {
  name: 'the load generator',
  command: 'cargo build --quiet -p load -p logstore --features napi'.split(' '),
}
const bench = { name: 'bench: one case of the suite', command: vitest('bench') }
const wire = { name: 'wire: schemas, golden bytes, properties', command: vitest('wire') }
const quick = [
  types,
  unit,
  wire,
  { name: 'unit and integration: engine', command: engine },
  load,
  bench,
  { name: 'hostile: bad input against the broker', command: vitest('hostile') },
  { name: 'crash: SIGKILL under load', command: vitest('crash') },
  { name: 'console: every screen in a browser', command: vitest('console') },
  { name: 'integration: real clients against the broker', command: vitest('integration') },
  { name: 'conformance: the same answers as Apache Kafka', command: vitest('conformance') },
]
// The shorter ones first.
const full = [
  types,
  unit,
  wire,
  load,
  bench,
  { name: 'console: every screen in a browser, every look (1 min)', command: vitest('console') },
  { name: 'hostile: bad input against the broker (2 min)', command: vitest('hostile') },
  { name: 'crash states: every state on a simulated disk (5 min, half of it to build)', command: crashStates },
  { name: 'refusals: system calls refused by libfiu (8 min, half of it to build)', command: vitest('refusal') },
  { name: 'engine: faults, flips and power failures by the thousand (15 min)', command: engine },
  { name: 'power: 200 failures of ext4 (15 min)', command: power },
  { name: 'integration: ten million trades, 100,000 partitions (20 min)', command: vitest('integration') },
  { name: 'conformance: every client, three seeds of 10,000 requests (60 min)', command: vitest('conformance') },
  { name: 'crash: 1,000 times SIGKILL under load (90 min)', command: vitest('crash') },
]
await runSteps(isFull ? full : quick)

// `npm test`: every test, quick ones first. `--full` (npm run test:full) runs the long forms.
import { runSteps, vitest } from './steps.mjs'

const env = process.argv.includes('--full') ? { MILLRACE_FULL: '1' } : {}
await runSteps([
  { name: 'types of the tests', command: ['node_modules/.bin/tsc', '-b', 'test'] },
  { name: 'unit: control plane', command: vitest('unit'), env },
  { name: 'wire: schemas, golden bytes, properties', command: vitest('wire'), env },
  { name: 'unit and integration: engine', command: ['cargo', 'test', '--quiet', '--features', 'napi'], env },
  { name: 'hostile: bad input against the broker', command: vitest('hostile'), env },
  { name: 'crash: SIGKILL under load', command: vitest('crash'), env },
  { name: 'integration: real clients against the broker', command: vitest('integration'), env },
  { name: 'conformance: the same answers as Apache Kafka', command: vitest('conformance'), env },
])

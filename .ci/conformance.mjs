// `npm run conformance -- --target millrace|kafka`: the whole conformance suite against one of the two brokers; further arguments go to
// Vitest, a file name say.
import { parseArgs } from 'node:util'
import { runSteps, vitest } from './steps.mjs'

const { values, positionals } = parseArgs({
  options: { target: { type: 'string', default: 'millrace' } },
  allowPositionals: true,
})
if (values.target !== 'millrace' && values.target !== 'kafka') {
  process.stderr.write(`--target is millrace or kafka, not ${values.target}\n`)
  process.exit(2)
}

await runSteps([
  { name: 'types of the tests', command: ['node_modules/.bin/tsc', '-b', 'test'] },
  {
    name: `conformance: ${values.target}`,
    command: [...vitest('conformance'), ...positionals],
    env: { TARGET: values.target, MILLRACE_FULL: '1' },
  },
])

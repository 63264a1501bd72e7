// `npm run fix`: the only command that writes to the tree: applies the safe lint fixes, and formats.
import { runSteps } from './steps.mjs'

await runSteps([
  { name: 'lint: TypeScript', command: ['node_modules/.bin/oxlint', '--type-aware', '--fix', '.'] },
  { name: 'format: TypeScript', command: ['node_modules/.bin/oxfmt', '.'] },
  { name: 'format: Rust', command: ['cargo', 'fmt'] },
])

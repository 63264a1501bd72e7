// `npm run check`: format, lint, types, unused code, clippy, documentation, house rules. Writes no tracked file.
import { runSteps } from './steps.mjs'

const bin = (name) => `node_modules/.bin/${name}`
const clippy = (...features) => ['cargo', 'clippy', '--all-targets', ...features, '--', '-D', 'warnings']

await runSteps([
  { name: 'format: TypeScript', command: [bin('oxfmt'), '--check', '.'] },
  { name: 'format: Rust', command: ['cargo', 'fmt', '--check'] },
  { name: 'types', command: [bin('tsc'), '-b'] },
  { name: 'lint: TypeScript', command: [bin('oxlint'), '--type-aware', '--deny-warnings', '.'] },
  { name: 'unused: TypeScript', command: [bin('knip'), '--config', '.config/knip.json'] },
  { name: 'lint: Rust', command: clippy() },
  { name: 'lint: Rust with the bridge', command: clippy('--features', 'napi') },
  {
    name: 'documentation: Rust',
    command: ['cargo', 'doc', '--no-deps', '--quiet'],
    env: { RUSTDOCFLAGS: '-D warnings' },
  },
  { name: 'house rules', command: [bin('vitest'), 'run', '--config', 'test/vitest.config.ts', '--project', 'tidy'] },
])

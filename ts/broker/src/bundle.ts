// What the bundle is made of, as `bin/load.cjs` loads it: the library and the process, with `start` in the same file.
import './cli/start.ts'

export { main } from './cli/process.ts'
export * from './index.ts'

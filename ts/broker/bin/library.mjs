// What `import 'millrace'` gets.
import load from './load.cjs'

export const { BrokerError, createLogger, start } = load.bundled ?? (await import('../dist/index.js'))

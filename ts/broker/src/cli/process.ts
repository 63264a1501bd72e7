// The process: hands its arguments to the command line and leaves with the code that comes back.
import { run } from './index.ts'
import { processTerminal } from './terminal.ts'

export const main = async (): Promise<void> => {
  // Who reads may have read enough: `millrace consume orders | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  process.exitCode = await run(processTerminal, process.argv.slice(2))
}

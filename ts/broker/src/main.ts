// The process: hands its arguments to the command line and leaves with the code that comes back.
import { run } from './cli/index.ts'
import { processTerminal } from './cli/terminal.ts'

// Who reads may have read enough: `millrace consume orders | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
process.exitCode = await run(processTerminal, process.argv.slice(2))

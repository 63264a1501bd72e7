// The process: hands its arguments to the command line and leaves with the code that comes back.
import { run } from './index.ts'
import { processTerminal } from './terminal.ts'

export const main = async (): Promise<void> => {
  // Who reads may have read enough: `millrace consume orders | head`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  const args = process.argv.slice(2)
  let hasStray = false
  const stray = new Promise<never>((_, reject) => {
    // A broker dies of what it cannot know: the log of whoever runs it has to say where that was.
    if (args[0] === 'start') return
    process.once('uncaughtException', (error) => {
      hasStray = true
      reject(error)
    })
  })
  process.exitCode = await run(processTerminal, args, stray)
  // What it left behind may never end.
  if (hasStray) process.exit()
}

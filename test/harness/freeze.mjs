// Preload for a Node process: SIGUSR2 freezes its event loop for MILLRACE_FREEZE_MS, as a handler that never returns would. It burns a
// core meanwhile, and says on standard error when.
const FREEZE_MS = Number(process.env.MILLRACE_FREEZE_MS ?? 5000)

process.on('SIGUSR2', () => {
  const start = Date.now()
  process.stderr.write(`frozen ${start}\n`)
  while (Date.now() - start < FREEZE_MS);
  process.stderr.write(`thawed ${Date.now()}\n`)
})

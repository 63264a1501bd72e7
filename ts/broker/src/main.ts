#!/usr/bin/env node
// The process: hands its arguments to the command line and leaves with the code that comes back.
import { run } from './cli/index.ts'
import { processTerminal } from './cli/terminal.ts'

process.exitCode = await run(processTerminal, process.argv.slice(2))

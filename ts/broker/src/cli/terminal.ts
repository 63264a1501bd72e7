// What a command may use of the process it runs in.
export interface Terminal {
  print(text: string): void
  complain(text: string): void
  readonly environment: Readonly<Record<string, string | undefined>>
  /** True where a person reads: log lines are then for people. */
  readonly interactive: boolean
}

export const processTerminal: Terminal = {
  print: (text) => void process.stdout.write(`${text}\n`),
  complain: (text) => void process.stderr.write(`${text}\n`),
  environment: process.env,
  interactive: process.stdout.isTTY,
}

// The scripts that shells are given, and the command that each of them asks; the one of bash is run by another test.
import { expect, test } from 'vitest'
import { run } from '../index.ts'
import { processTerminal } from '../terminal.ts'

const said = async (args: readonly string[]): Promise<string> => {
  let text = ''
  const terminal = {
    ...processTerminal,
    print: (line: string): void => void (text += `${line}\n`),
    environment: { XDG_CONFIG_HOME: '/nonexistent' },
  }
  expect(await run(terminal, args)).toBe(0)
  return text
}

// What each shell is told: the words up to the cursor without the first, one candidate from each line, and for whom.
test.each([
  ['zsh', '"${(@)words[2,CURRENT]}"', 'found=("${(@f)$(ASKED)}")', 'compdef _millrace millrace'],
  ['fish', '$words[2..-1]', '  ASKED\nend', "complete -c millrace -f -a '(__millrace)'"],
])('%s asks for what is typed, and takes a candidate from each line', async (shell, typed, taken, registered) => {
  const script = await said(['completion', shell])
  expect(script.replace(`millrace __complete -- ${typed} 2>/dev/null`, 'ASKED')).toContain(taken)
  expect(script.trimEnd().split('\n').at(-1)).toBe(registered)
})

test('what is asked for stands on a line for each candidate, and an option that is typed is one', async () => {
  expect(await said(['__complete', '--', 'topic', 'de'])).toBe('delete\ndescribe\n')
  expect(await said(['__complete', '--', 'completion', ''])).toBe('bash\nfish\npwsh\nzsh\n')
  expect(await said(['__complete', '--', 'topic', 'list', '--w'])).toBe('--watch\n')
  expect(await said(['__complete', '--', 'nothing', 'here', ''])).toBe('')
})

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { storedClusterId } from './stored-identity.ts'

test('the first directory that knows, as Kafka writes it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [empty, formatted] = [join(folder, 'a'), join(folder, 'b')]
  mkdirSync(formatted)
  expect(storedClusterId([empty, formatted])).toBeNull()
  writeFileSync(
    join(formatted, 'meta.properties'),
    '#\n#Sat Nov 21 04:00:00 UTC 2026\ncluster.id=MkU3OEVBNTcwNTJENDM2Qg\ndirectory.id=AAAAAAAAAAAAAAAAAAAAAA\nnode.id=1\nversion=1\n',
  )
  expect(storedClusterId([empty, formatted])).toBe('MkU3OEVBNTcwNTJENDM2Qg')
})

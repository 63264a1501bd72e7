import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { checkDirectory, checkMachine, type Finding } from './machine.ts'

const withoutFix = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ result, what, fix }) => what === '' || (result === 'ok') !== (fix === ''))

test('every part of the machine is judged, with what to do where it is not well', () => {
  const findings = checkMachine()
  expect(findings.map(({ check }) => check)).toEqual(['open files', 'memory maps', 'swap', 'huge pages', 'runtime'])
  expect(findings.at(-1)?.what).toMatch(/^Node [\d.]+, glibc [\d.]+, \w+$/)
  expect(withoutFix(findings)).toEqual([])
})

test('of a data directory the room and the time of a sync are told, and nothing stays there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-doctor-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const findings = checkDirectory(join(folder, 'not', 'yet'))
  expect(findings.map(({ what }) => what)).toEqual([
    expect.stringMatching(/^[\d.]+ GB free, \d+ %$/),
    expect.stringMatching(/^a sync takes [\d.]+ ms, at most [\d.]+ ms of 16$/),
  ])
  expect(withoutFix(findings)).toEqual([])
  expect(readdirSync(folder)).toEqual([])
})

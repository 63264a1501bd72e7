import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Finding } from './finding.ts'
import { checkDirectory, checkFiles, checkMachine, checkScheduler, deviceId } from './machine.ts'

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
    expect.stringMatching(/^requests to \S+ are scheduled by \S+$|^the system does not say how/),
  ])
  expect(withoutFix(findings)).toEqual([])
  expect(readdirSync(folder)).toEqual([])
})

test.each([
  ['[bfq] mq-deadline none', 'bfq', 'warn'],
  ['bfq [mq-deadline] none', 'mq-deadline', 'ok'],
  ['none', 'none', 'ok'],
])('the scheduler of a disk that says %s', (text, scheduler, result) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-doctor-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const disk = join(folder, 'sda')
  mkdirSync(join(disk, 'queue'), { recursive: true })
  mkdirSync(join(disk, 'sda1'))
  writeFileSync(join(disk, 'queue', 'scheduler'), `${text}\n`)
  symlinkSync(join('sda', 'sda1'), join(folder, deviceId(folder)))
  const finding = checkScheduler('data', folder, folder)
  expect(finding).toMatchObject({ result, what: `requests to sda are scheduled by ${scheduler}` })
  expect(withoutFix([finding])).toEqual([])
})

test.each([
  ['1024', 'fail'],
  ['65536', 'warn'],
  ['1048576', 'ok'],
  ['unlimited', 'ok'],
])('a broker that may open %s files', (soft, result) => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-doctor-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const limits = join(folder, 'limits')
  writeFileSync(limits, `Max processes  100  100  processes\nMax open files  ${soft}  1048576  files\n`)
  const finding = checkFiles('open files of the broker', limits)
  expect(finding).toMatchObject({ check: 'open files of the broker', result, what: `a process may open ${soft}` })
  expect(withoutFix([finding])).toEqual([])
})

import { expect, test } from 'vitest'
import { parseProperties } from './properties.ts'

const read = (text: string): Record<string, string> => Object.fromEntries(parseProperties(text))

test('the three separators, and blanks around them', () => {
  expect(read('a=1\nb : 2\nc 3\n  d\t=\t4\ne\nf=\n')).toEqual({ a: '1', b: '2', c: '3', d: '4', e: '', f: '' })
})

test('only the first separator separates', () => {
  expect(read('listeners=PLAINTEXT://:9092,SSL://h:9093\na==b\nc = : d')).toEqual({
    listeners: 'PLAINTEXT://:9092,SSL://h:9093',
    a: '=b',
    c: ': d',
  })
})

test('comments and blank lines', () => {
  expect(read('# a=1\n  ! b=2\n\n   \nc=3 # not a comment\n')).toEqual({ c: '3 # not a comment' })
})

test('continuation lines lose their leading blanks, and an even number of backslashes continues nothing', () => {
  expect(read('a=1,\\\n    2,\\\n\t3\nb=x\\\\\nc=y\\')).toEqual({ a: '1,2,3', b: 'x\\', c: 'y' })
})

test('a comment does not continue, but a continued line may look like one', () => {
  expect(read('# a \\\nb=1\nc=1\\\n#2')).toEqual({ b: '1', c: '1#2' })
})

test('escapes, in keys too', () => {
  expect(read('a\\=b\\ c=1\\t2\\u00413\\q\\:')).toEqual({ 'a=b c': '1\t2A3q:' })
})

test('line ends of all three systems, trailing blanks, and the last of two', () => {
  expect(read('a=1\r\nb=2 \rc=3\na=4')).toEqual({ a: '4', b: '2 ', c: '3' })
})

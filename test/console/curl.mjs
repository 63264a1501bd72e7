#!/usr/bin/env node
// Stands in for curl on a machine without it: the options that the console writes, sent by fetch, and the answer to stdout.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'oauth2-bearer': { type: 'string' },
    request: { type: 'string' },
    header: { type: 'string', multiple: true },
    data: { type: 'string' },
  },
})
const [url = '', ...others] = positionals
if (others.length > 0) throw new Error(`curl has one address here, and not ${others.join(' ')} too`)
const headers = (values.header ?? []).map((line) => {
  const at = line.indexOf(':')
  return [line.slice(0, at), line.slice(at + 1).trim()]
})
const response = await fetch(url, {
  method: values.request ?? 'GET',
  headers: [['authorization', `Bearer ${values['oauth2-bearer'] ?? ''}`], ...headers],
  body: values.data === '@-' ? readFileSync(0, 'utf8').replaceAll(/[\r\n]/g, '') : values.data,
})
process.stdout.write(await response.text())

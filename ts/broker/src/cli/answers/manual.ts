// What the commands answer that explain, and `millrace profile`.
import { fields, rows, type Shape } from './shape.ts'

const profile = {
  bootstrap: 'text, or null where it is not set',
  timeout: 'text, or null where it is not set',
  output: 'text, or null where it is not set',
  production: 'true or false',
} as const

export const manualAnswers: Readonly<Record<string, Shape>> = {
  errors: rows({ name: 'text', code: 'whole number', retriable: 'true or false', message: 'text' }),
  cheat: rows({ sheet: 'text', text: 'text' }),
  version: fields({ millrace: 'text', node: 'text', platform: 'text' }),
  'profile list': rows({ name: 'text', current: 'true or false', ...profile }),
  'profile set': fields({ name: 'text', path: 'text', ...profile }),
  'profile use': fields({ name: 'text', current: 'true' }),
  'profile delete': fields({ name: 'text', removed: 'true' }),
}

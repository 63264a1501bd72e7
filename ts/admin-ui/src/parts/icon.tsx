/** Line icons of one weight. They say nothing to a screen reader: the text beside them does. */

const paths = {
  health: 'M2 9h3l2-5 3.5 9 2-4H14',
  topics: 'M2.5 4h11M2.5 8h11M2.5 12h7',
  groups:
    'M5.5 7.5a2.250 2.250 0 1 0 0-4.5 2.250 2.250 0 0 0 0 4.5ZM1.5 13c.3-2.3 1.9-3.5 4-3.5s3.7 1.2 4 3.5M10.5 3.2a2.250 2.250 0 0 1 0 4.1M11.8 9.8c1.5.4 2.4 1.5 2.7 3.2',
  brokers: 'M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01',
  jobs: 'M8 4.5V8l2.5 1.5M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Z',
  audit: 'M4 2.5h8v11H4zM6.5 5.5h3M6.5 8h3M6.5 10.5h1.5',
  accounts: 'M8 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM3 13.5c.4-2.6 2.3-4 5-4s4.6 1.4 5 4',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.5 10.5 14 14',
  settings:
    'M2.5 5h5M11.5 5h2M2.5 11h2M8.5 11h5M9.5 7a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM6.5 13a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  help: 'M6 6.2a2 2 0 1 1 2.9 1.8C8.3 8.3 8 8.7 8 9.5M8 11.6h.01M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Z',
  up: 'm4.5 9.5 3.5-3.5 3.5 3.5',
  down: 'm4.5 6.5 3.5 3.5 3.5-3.5',
  previous: 'M9.5 4.5 6 8l3.5 3.5',
  next: 'M6.5 4.5 10 8l-3.5 3.5',
  check: 'm3.5 8.5 3 3 6-7',
  warning: 'M8 2.5 14 13H2zM8 6.5v3M8 11.2h.01',
  close: 'm4 4 8 8M12 4l-8 8',
} as const

export type IconName = keyof typeof paths

export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
    <path d={paths[name]} />
  </svg>
)

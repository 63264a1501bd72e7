/** The text format of Prometheus, written family by family. */
export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary'

export type Labels = Readonly<Record<string, string | number>>

export interface Exposition {
  /** Begins a family; samples follow. */
  family(name: string, type: MetricType, help: string): void
  /** `suffix` is that of a histogram or summary. */
  sample(labels: string, value: number, suffix?: string): void
  text(): string
}

export const createExposition = (): Exposition => {
  const lines: string[] = []
  let current = ''
  return {
    family(name, type, help) {
      current = name
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
    },
    sample: (labels, value, suffix = '') => void lines.push(`${current}${suffix}${labels} ${numberText(value)}`),
    text: () => `${lines.join('\n')}\n`,
  }
}

const numberText = (value: number): string => {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}

/** As they stand behind a name; nothing for no labels. */
export const labelText = (labels: Labels): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(String(value))}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

/** Control characters have no meaning in a label, and some readers stop at them. */
const escaped = (value: string): string =>
  value
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll(/\p{Cc}/gu, '\uFFFD')

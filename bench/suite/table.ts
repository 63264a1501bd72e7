// The figures of a result as a table, for the terminal and for the README.
import { conclusion, quantity, ratio, spread, target } from './format.ts'
import type { Machine, Measure, Result, Target } from './result.ts'
import { type Figure, figuresOf, type MeasureFigures } from './statistics.ts'

/** The machine in one line. */
export const machineLine = ({ cpu, cores, memoryBytes, kernel, disk, filesystem }: Machine): string =>
  `${cores} x ${cpu}, ${Math.round(memoryBytes / 2 ** 30)} GiB, Linux ${kernel}, ${filesystem} on ${disk}`

/** What a reader must know beside the figures: runs that did not count, and clients that were the limit. */
export const remarks = (result: Result): readonly string[] => {
  const dropped = result.cases.flatMap(({ id, samples }) => {
    const runs = new Map<string, number>()
    for (const { broker, dropped } of samples) {
      if (dropped === undefined || dropped === 'first pair') continue
      const reason = `${broker}, ${dropped}`
      runs.set(reason, (runs.get(reason) ?? 0) + 1)
    }
    return [...runs].map(([reason, count]) => `${id}: ${count} ${count === 1 ? 'run' : 'runs'} dropped: ${reason}`)
  })
  const limited = figuresOf(result).flatMap(({ case: { id }, figures }) =>
    figures
      .filter(({ clientIsLimit }) => clientIsLimit)
      .map(({ broker }) => `${id}: the client was the limit of ${broker}`),
  )
  return [...dropped, ...new Set(limited)]
}

/** For the terminal: a line for each shape of Millrace in each measure, beside the broker that it is compared with. */
export const table = (result: Result): string => {
  const head = [
    '#',
    'case',
    'measure',
    'broker',
    'value',
    'against',
    'its value',
    'ratio',
    'spread',
    'worst',
    'to reach',
    '',
  ]
  const rows = figuresOf(result).flatMap((row) => {
    const own = row.figures.filter((figure) => figure.ratio !== undefined || figure.target !== undefined)
    return (own.length > 0 ? own : row.figures).map((figure) => terminalRow(row, figure))
  })
  return [machineLine(result.machine), '', inColumns(head, rows), '', ...remarks(result)].join('\n').trimEnd()
}

/** Cells below each other, for the terminal. */
export const inColumns = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd()
  return [line(head), ...rows.map(line)].join('\n')
}

const terminalRow = (row: MeasureFigures, figure: Figure): readonly string[] => {
  const { case: result, measure, figures } = row
  const other = figures.find(({ broker }) => broker === figure.ratio?.against)
  return [
    String(result.row),
    result.id,
    measure.name,
    figure.broker,
    quantity(figure.value.median, measure.unit),
    other?.broker ?? '',
    other === undefined ? '' : quantity(other.value.median, measure.unit),
    figure.ratio === undefined ? '' : ratio(figure.ratio.median, measure),
    figure.ratio === undefined ? '' : spread(figure.ratio, measure),
    figure.ratio === undefined ? '' : ratio(figure.ratio.worst, measure),
    figure.target === undefined ? '' : target(figure.target, measure),
    conclusion(figure),
  ]
}

/**
 * For the README: a line for each figure with a target beside the better shape of Kafka, and what Millrace's other settings show in the
 * same measure.
 */
export const markdown = (result: Result): string => {
  const kafka = result.brokers.find(({ family }) => family === 'kafka')
  const own = new Set(result.brokers.filter(({ family }) => family === 'millrace').map(({ name }) => name))
  const isOwn = ({ broker }: Figure): boolean => own.has(broker)
  const rows = figuresOf(result).flatMap((row) => {
    const wanted = row.figures.filter((figure) => figure.target !== undefined)
    const others = row.figures.filter((figure) => isOwn(figure) && figure.target === undefined)
    const { target: toReach } = row.measure
    if (wanted.length === 0 && toReach !== undefined) return [uncountedRow(row, toReach)]
    return wanted.map((figure, at) => markdownRow(row, figure, at === 0 ? others : []))
  })
  const few = figuresOf(result)
    .flatMap(({ figures }) => figures.map(({ value }) => value.pairs))
    .reduce((fewest, pairs) => Math.min(fewest, pairs), Number.POSITIVE_INFINITY)
  const head = [
    'case',
    'measure',
    'Millrace',
    `Apache Kafka ${kafka?.version ?? ''}`.trimEnd(),
    'ratio',
    '95 % of it',
    'to reach',
    '',
    'Millrace otherwise',
  ]
  return [
    `Measured on ${result.date.slice(0, 10)}, ${machineLine(result.machine)}; medians of ${few} pairs or more.`,
    '',
    ...aligned([head, ...rows]),
  ].join('\n')
}

/** 'millrace relaxed' is relaxed. */
const settingOf = (broker: string): string => broker.replace(/^millrace ?/, '') || 'as shipped'

const markdownRow = (
  { case: result, measure, figures }: MeasureFigures,
  figure: Figure,
  others: readonly Figure[],
): readonly string[] => {
  const other = figures.find(({ broker }) => broker === figure.ratio?.against)
  return [
    result.title,
    measure.name,
    `${quantity(figure.value.median, measure.unit)}${figure.broker === 'millrace' ? '' : ` (${settingOf(figure.broker)})`}`,
    other === undefined ? '' : `${quantity(other.value.median, measure.unit)} (${other.broker})`,
    figure.ratio === undefined ? '' : `**${ratio(figure.ratio.median, measure)}**`,
    figure.ratio === undefined ? '' : spread(figure.ratio, measure),
    figure.target === undefined ? '' : boundOf(figure.target, measure),
    conclusion(figure),
    others
      .map(({ broker, value, ratio: own }) =>
        [
          `${settingOf(broker)} ${quantity(value.median, measure.unit)}`,
          ...(own === undefined ? [] : [ratio(own.median, measure)]),
        ].join(', '),
      )
      .join('; '),
  ]
}

/** Of what was to be reached no run counts. */
const uncountedRow = ({ case: { title, samples }, measure }: MeasureFigures, toReach: Target): readonly string[] => {
  const run = samples.findLast(({ broker }) => broker === toReach.broker)
  return [title, measure.name, '', '', '', '', boundOf(toReach, measure), run?.dropped ?? 'not played', '']
}

const boundOf = (toReach: Target, measure: Measure): string =>
  target(toReach, measure).replace('<=', '&le;').replace('>=', '&ge;')

/** Markdown as the formatter of this repository leaves it. */
const aligned = ([head = [], ...rows]: readonly (readonly string[])[]): readonly string[] => {
  const widths = head.map((_, at) => Math.max(3, ...[head, ...rows].map((row) => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)]
}

// What is drawn without a script: ratios with spread and target on a logarithmic axis, and bars of values.
import { conclusion, quantity, ratio, spread, target } from '../format.ts'
import type { Result } from '../result.ts'
import type { Figure, MeasureFigures } from '../statistics.ts'
import { colourOf } from './colours.ts'
import { html, type Html, join } from './html.ts'

/** Of the drawing; it is stretched to the width that the page gives it. */
const WIDTH = 300
const HEIGHT = 22
/** From a hundredth to a hundredfold: what lies outside is drawn at the edge. */
const DECADES = 2

const at = (value: number): string => {
  const decades = Math.log10(Math.min(Math.max(value, 10 ** -DECADES), 10 ** DECADES))
  return (WIDTH * (0.5 + decades / (2 * DECADES))).toFixed(1)
}

/** Every figure with a ratio or a target, each a line. */
export const ratioTable = (figures: readonly MeasureFigures[]): Html => {
  const rows = figures.flatMap((row) =>
    row.figures
      .filter((figure) => figure.ratio !== undefined || figure.target !== undefined)
      .map((figure) => ratioRow(row, figure)),
  )
  return html`<table class="ratios">
    <thead>
      <tr>
        <th>Case</th>
        <th>Broker</th>
        <th>Value</th>
        <th>Against</th>
        <th>Ratio</th>
        <th>1/100 ... 1 ... 100</th>
        <th>To reach</th>
      </tr>
    </thead>
    <tbody>
      ${join(rows)}
    </tbody>
  </table>`
}

const ratioRow = ({ case: result, measure, figures }: MeasureFigures, figure: Figure): Html => {
  const other = figures.find(({ broker }) => broker === figure.ratio?.against)
  const told = conclusion(figure)
  const goal = figure.target === undefined ? '' : target(figure.target, measure)
  const state = figure.isReached === undefined ? '' : figure.isReached ? 'reached' : 'missed'
  return html`<tr class="${state}">
    <th scope="row"><a href="#${result.id}">${result.row}. ${result.title}</a><small>${measure.name}</small></th>
    <td data-label="Broker">${figure.broker}</td>
    <td data-label="Value">${quantity(figure.value.median, measure.unit)}</td>
    <td data-label="Against">
      ${other === undefined ? '' : html`${quantity(other.value.median, measure.unit)}<small>${other.broker}</small>`}
    </td>
    <td data-label="Ratio">
      ${
        figure.ratio === undefined
          ? ''
          : html`<b>${ratio(figure.ratio.median, measure)}</b
              ><small>${spread(figure.ratio, measure)}; worst pair ${ratio(figure.ratio.worst, measure)}</small>`
      }
    </td>
    <td>${figure.ratio === undefined ? '' : drawing(figure, `${result.title}, ${measure.name}`)}</td>
    ${told === '' ? html`<td></td>` : html`<td data-label="To reach">${goal} <small>${told}</small></td>`}
  </tr>`
}

const drawing = ({ ratio, target }: Figure, label: string): Html => {
  if (ratio === undefined) return html``
  const middle = HEIGHT / 2
  const goal =
    target === undefined || target.against === 'nothing'
      ? ''
      : html`<path class="goal" d="M${at(target.value)} 2V${HEIGHT - 2}" />`
  return html`<svg class="ratio" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
    <path class="one" d="M${WIDTH / 2} 0V${HEIGHT}" />
    ${goal}
    <path class="interval" d="M${at(ratio.low)} ${middle}H${at(ratio.high)}" />
    <circle cx="${at(ratio.median)}" cy="${middle}" r="5" />
  </svg>`
}

/** The values of all brokers in a measure, with the interval of each median. */
export const bars = ({ brokers }: Result, { measure, figures }: MeasureFigures): Html => {
  const most = Math.max(...figures.map(({ value }) => value.high), Number.MIN_VALUE)
  const percent = (value: number): string => `${((100 * value) / most).toFixed(2)}%`
  const rows = brokers.flatMap((broker) => {
    const figure = figures.find((figure) => figure.broker === broker.name)
    if (figure === undefined) return []
    const { median, low, high, pairs } = figure.value
    return [
      html`<div class="bar">
        <span>${broker.name}</span>
        <span class="track">
          <i style="width:${percent(median)};background:var(${colourOf(brokers, broker)})"></i>
          <u style="left:${percent(low)};width:${percent(high - low)}"></u>
        </span>
        <span>${quantity(median, measure.unit)}<small>${pairs} ${pairs === 1 ? 'run' : 'runs'}</small></span>
      </div>`,
    ]
  })
  return html`<figure class="bars">
    <figcaption>${measure.name}, ${measure.unit}: ${measure.better} is better</figcaption>
    ${join(rows)}
  </figure>`
}

// One result as one HTML file that needs nothing else: figures, plots, and the library that draws them.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join as path } from 'node:path'
import { repository } from '@millrace/test/harness/paths.js'
import { plotsOf, type TitledPlot } from './report/curves.ts'
import { html, type Html, join, raw } from './report/html.ts'
import { bars, ratioTable } from './report/ratios.ts'
import { type BrokerInfo, readResult, type Result } from './result.ts'
import { figuresOf, type MeasureFigures } from './statistics.ts'
import { machineLine, remarks } from './table.ts'

const library = (file: string): string =>
  readFileSync(createRequire(import.meta.url).resolve(`uplot/dist/${file}`), 'utf8')
const ofSuite = (file: string): string => readFileSync(path(repository, 'bench', file), 'utf8')

/** Nothing may be loaded: what the page needs stands in it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"

/** Writes the report of a result. Throws when it is no result, or `tsc -b bench` has not compiled what runs in the page. */
export const writeReport = (resultPath: string, htmlPath: string): void =>
  writeFileSync(htmlPath, report(readResult(resultPath)))

const report = (result: Result): string => {
  const figures = figuresOf(result)
  const plots = new Map(result.cases.map((each) => [each.id, plotsOf(result.brokers, each)]))
  const data = JSON.stringify([...plots.values()].flat()).replaceAll('<', String.raw`\u003c`)
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <link rel="icon" href="data:," />
        <title>Millrace beside Apache Kafka, ${result.date.slice(0, 10)}</title>
        <style>
          ${raw(library('uPlot.min.css'))}${raw(ofSuite('suite/report/style.css'))}
        </style>
      </head>
      <body>
        <header>
          <h1>Millrace beside Apache Kafka</h1>
          <p>
            ${result.date.slice(0, 16).replace('T', ' ')} UTC, commit ${result.commit}, ${result.mode} run.
            ${machineLine(result.machine)}
          </p>
          ${brokerTable(result.brokers)}
        </header>
        <main>
          <section>
            <h2>Ratios</h2>
            <p>
              Medians of runs next to each other, with the interval that 95 of 100 repetitions lie in. The mark is what
              is to be reached.
            </p>
            ${ratioTable(figures)} ${remarkList(result)}
          </section>
          ${join(result.cases.map(({ id }) => caseSection(result, figures, id, plots.get(id) ?? [])))}
        </main>
        <script id="plots" type="application/json">
          ${raw(data)}
        </script>
        <script>
          ${raw(library('uPlot.iife.min.js'))}
        </script>
        <script type="module">
          ${raw(ofSuite('dist/suite/report/page/page.js'))}
        </script>
      </body>
    </html> `.markup
}

const brokerTable = (brokers: readonly BrokerInfo[]): Html =>
  html`<details>
    <summary>What was run</summary>
    <dl>
      ${join(
        brokers.map(
          ({ name, version, settings, command }) =>
            html`<dt>${name} ${version}</dt>
              <dd>${settings}<code>${command}</code></dd>`,
        ),
      )}
    </dl>
  </details>`

const remarkList = (result: Result): Html => {
  const all = remarks(result)
  if (all.length === 0) return html``
  return html`<details>
    <summary>Runs that did not count, and clients at their limit: ${all.length}</summary>
    <ul>
      ${join(all.map((remark) => html`<li>${remark}</li>`))}
    </ul>
  </details>`
}

const caseSection = (
  result: Result,
  figures: readonly MeasureFigures[],
  id: string,
  plots: readonly TitledPlot[],
): Html => {
  const own = figures.filter((row) => row.case.id === id)
  const found = result.cases.find((each) => each.id === id)
  return html`<section class="case" id="${id}">
    <h2>${found?.row ?? ''}. ${found?.title ?? ''}</h2>
    <p>${found?.what ?? ''}</p>
    <div class="measures">${join(own.map((row) => bars(result, row)))}</div>
    <div class="plots">${join(plots.map(plotFigure))}</div>
  </section>`
}

const plotFigure = ({ id, title, unit, kind }: TitledPlot): Html =>
  html`<figure class="plot">
    <figcaption>${title}, ${unit}${kind === 'time' ? '' : ' by percentile'}</figcaption>
    <div id="${id}"></div>
  </figure>`

// Bundles the control plane into ts/broker/dist/bundle, and keeps what V8 compiles of it at a start.
import { rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const require = createRequire(import.meta.url)
const dist = fileURLToPath(new URL('../ts/broker/dist', import.meta.url))
const into = `${dist}/bundle`
const { dependencies } = require('../ts/broker/package.json')
// All but what the first file loads: some have native code, or look for files of their own.
const outside = Object.keys(dependencies)
  .filter((name) => !['commander', 'pino', 'pino-pretty'].includes(name))
  .map((name) => new RegExp(`^${name}(/|$)`))

rmSync(into, { recursive: true, force: true })
await bundle('broker', `${dist}/bundle.js`)
await bundle('worker', `${dist}/browse/worker.js`)

const { bundled, compiled } = require('../ts/broker/bin/load.cjs')
await (await bundled.start()).stop()
const { path, data } = compiled()
writeFileSync(path, data)

async function bundle(name, input) {
  const build = await rolldown({
    input: { [name]: input },
    platform: 'node',
    // What the other files need of the first one is passed on by it, and lies in no file of its own.
    preserveEntrySignatures: 'allow-extension',
    external: [/\/native\/index\.cjs$/, ...outside],
    checks: { ineffectiveDynamicImport: false },
  })
  let together
  // What something else imports later, by itself, would be files of their own that a start has to open too.
  const nameOf = (id, graph) => {
    together ??= importsOf(input, graph)
    return together.has(id) ? name : null
  }
  const { output } = await build.write({
    dir: into,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: `${name}-[name]-[hash].cjs`,
    codeSplitting: { groups: [{ debugName: name, name: nameOf }] },
  })
  await build.close()
  // Code that comes out of V8's cache cannot call import().
  const imported = output[0].dynamicImports.filter((path) => !path.endsWith('.cjs'))
  if (imported.length > 0) throw new Error(`the first file of the bundle imports ${imported.join(', ')}`)
}

/** What is loaded with a module. */
function importsOf(input, graph) {
  const found = new Set([input])
  for (const id of found) for (const imported of graph.getModuleInfo(id)?.importedIds ?? []) found.add(imported)
  return found
}

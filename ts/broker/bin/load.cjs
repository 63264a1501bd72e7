// The bundle, which starts in half the time that its modules take, with what V8 has compiled of it before (D70).
'use strict'
const { existsSync, readFileSync, statSync } = require('node:fs')
const { createRequire, wrap } = require('node:module')
const { dirname, join } = require('node:path')
const { Script } = require('node:vm')

const dist = join(__dirname, '..', 'dist')
const file = join(dist, 'bundle', 'broker.cjs')
// Of one version of V8 on one architecture: another one compiles for itself.
const cache = join(dist, 'bundle', `${process.arch}-${process.versions.v8}.cache`)

/** In a clone modules may have been compiled since. */
const isCurrent = () => {
  const bundle = statSync(file, { throwIfNoEntry: false })
  const modules = statSync(join(dist, '.tsbuildinfo'), { throwIfNoEntry: false })
  return bundle !== undefined && (modules === undefined || modules.mtimeMs <= bundle.mtimeMs)
}

const compile = () =>
  new Script(wrap(readFileSync(file, 'utf8')), {
    filename: file,
    cachedData: existsSync(cache) ? readFileSync(cache) : undefined,
  })

/** As `require` does it, so that the other files of the bundle find this one. */
const evaluate = (script) => {
  const module = { id: file, filename: file, loaded: false, exports: {}, children: [] }
  require.cache[file] = module
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file))
  module.loaded = true
  return module.exports
}

const script = isCurrent() ? compile() : null
/** Null where there is none, or an old one. */
exports.bundled = script && evaluate(script)
/** What V8 has compiled until now. */
exports.compiled = () => ({ path: cache, data: script.createCachedData() })

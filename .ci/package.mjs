// `npm run package [directory]`: what is published, as files that `npm install` takes: the package `millrace`, and one with the
// engine for each platform it has been built for (ts/broker/native). They go into target/npm; nothing of the tree is changed.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const source = join(root, 'ts', 'broker')
const into = resolve(process.argv[2] ?? join(root, 'target', 'npm'))
const stage = mkdtempSync(join(tmpdir(), 'millrace-package-'))

try {
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'))
  for (const name of ['README.md', 'bin', 'dist', 'monitoring', 'native', 'package.json'])
    cpSync(join(source, name), join(stage, name), { recursive: true })
  cpSync(join(root, 'LICENSE'), join(stage, 'LICENSE'))

  execFileSync(join(root, 'node_modules', '.bin', 'napi'), ['create-npm-dirs', '--cwd', stage])
  const engines = join(stage, 'npm')
  const { binaryName, packageName } = manifest.napi
  const built = readdirSync(engines).filter((platform) => {
    const addon = `${binaryName}.${platform}.node`
    if (!existsSync(join(source, 'native', addon))) return false
    cpSync(join(source, 'native', addon), join(engines, platform, addon))
    cpSync(join(root, 'LICENSE'), join(engines, platform, 'LICENSE'))
    return true
  })
  if (built.length === 0) throw new Error(`no engine in ${join(source, 'native')}: run \`npm run build\``)
  manifest.optionalDependencies = Object.fromEntries(
    built.map((platform) => [`${packageName}-${platform}`, manifest.version]),
  )
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)

  rmSync(into, { recursive: true, force: true })
  mkdirSync(into, { recursive: true })
  const packages = [stage, ...built.map((platform) => join(engines, platform))]
  const options = ['--ignore-scripts', '--loglevel=error', '--pack-destination', into]
  process.stdout.write(execFileSync('npm', ['pack', ...packages, ...options], { cwd: stage }))
} finally {
  rmSync(stage, { recursive: true, force: true })
}

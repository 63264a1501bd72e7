// A registry of npm on loopback: it has the packages that are packed into files, and those that lie in node_modules already, so that an
// install from it needs no network and gets what the lock file names.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { repository } from './paths.ts'

interface Package {
  readonly manifest: { readonly name: string; readonly version: string }
  readonly tarball: () => Readable
}

export interface Registry {
  readonly url: string
  readonly close: () => Promise<void>
}

export const startRegistry = async (tarballs: readonly string[]): Promise<Registry> => {
  const packages = [...tarballs.map(packed), ...installed()]
  let url = ''
  const packument = (name: string): object | undefined => {
    const versions = packages.flatMap(({ manifest }, at) =>
      manifest.name === name
        ? [[manifest.version, { ...manifest, dist: { tarball: `${url}/-/${at}.tgz` } }] as const]
        : [],
    )
    const latest = versions[0]?.[0]
    return latest === undefined ? undefined : { name, 'dist-tags': { latest }, versions: Object.fromEntries(versions) }
  }
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1)
    const [, at] = /^-\/(\d+)\.tgz$/.exec(path) ?? []
    if (at === undefined) json(response, packument(path))
    else packages[Number(at)]?.tarball().pipe(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port')
  url = `http://127.0.0.1:${address.port}`
  return {
    url,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

const json = (response: ServerResponse, value: object | undefined): void => {
  response.writeHead(value === undefined ? 404 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value ?? { error: 'not found' }))
}

const packed = (path: string): Package => ({
  manifest: JSON.parse(
    execFileSync('tar', ['-xzOf', path, 'package/package.json'], { encoding: 'utf8' }),
  ) as Package['manifest'],
  tarball: () => createReadStream(path),
})

interface Lock {
  readonly packages: Readonly<Record<string, { readonly link?: boolean }>>
}

const installed = (): readonly Package[] => {
  const lock = JSON.parse(readFileSync(join(repository, 'node_modules', '.package-lock.json'), 'utf8')) as Lock
  return Object.entries(lock.packages)
    .filter(([path, { link }]) => path.startsWith('node_modules/') && link !== true)
    .map(([path]) => {
      const directory = join(repository, path)
      const pack = ['-c', '--exclude=./node_modules', '--transform=s,^[.],package,', '-C', directory, '.']
      return {
        manifest: JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Package['manifest'],
        tarball: () => spawn('tar', pack, { stdio: ['ignore', 'pipe', 'inherit'] }).stdout,
      }
    })
}

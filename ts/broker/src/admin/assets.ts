/** The built console. Its files are read once and kept: they are few, and what is not among them is not served. */
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Headers, HttpResponse } from './http.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
}
const zip = promisify(gzip)
const compressed = new Set(['.html', '.js', '.css', '.json', '.svg', '.webmanifest'])

/** Names that a build gives by content: they never change. */
const HASHED = /^\/assets\//
const FOREVER = 'public, max-age=31536000, immutable'
const ASK_AGAIN = 'no-cache'

interface Asset {
  readonly type: string
  readonly plain: Buffer
  readonly zipped: Buffer | null
}

export interface Assets {
  /** A file, or for a path of the console its page; null without a console. */
  serve(path: string, headers: Headers): HttpResponse | null
}

export const loadAssets = async (directory: string): Promise<Assets> => {
  const files = await readAll(directory)
  const page = files.get('/index.html')
  return {
    serve(path, headers) {
      const file = files.get(path)
      if (file !== undefined) return respond(file, HASHED.test(path) ? FOREVER : ASK_AGAIN, headers)
      // A file of an older build must not be answered with a page.
      return page === undefined || HASHED.test(path) ? null : respond(page, ASK_AGAIN, headers)
    },
  }
}

const respond = ({ type, plain, zipped }: Asset, caching: string, headers: Headers): HttpResponse => {
  const isZipped = zipped !== null && /\bgzip\b/.test(headers['accept-encoding'] ?? '')
  return {
    status: 200,
    headers: {
      'content-type': type,
      'cache-control': caching,
      vary: 'accept-encoding',
      ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
    },
    body: isZipped ? zipped : plain,
  }
}

const readAll = async (directory: string): Promise<ReadonlyMap<string, Asset>> => {
  const files = new Map<string, Asset>()
  for (const path of await filesIn(directory)) {
    const extension = extname(path)
    const type = types[extension]
    if (type === undefined) continue
    const plain = await readFile(join(directory, path))
    files.set(`/${path}`, { type, plain, zipped: compressed.has(extension) ? await zip(plain) : null })
  }
  return files
}

/** Regular files alone: a link could lead anywhere. */
const filesIn = async (directory: string): Promise<readonly string[]> => {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
  } catch {
    return []
  }
}

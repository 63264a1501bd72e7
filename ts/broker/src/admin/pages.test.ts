import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pageOf, type PageAsked } from './pages.ts'

interface Row {
  readonly name: string
  readonly size: number
}

const list = (rows: readonly Row[], asked: Partial<PageAsked<'name' | 'size'>>) =>
  pageOf(
    { rows, name: (row) => row.name, cell: (row, column) => row[column] },
    { search: '', sort: 'name', order: 'asc', offset: 0, limit: 10, ...asked },
  )

it('finds a part of a name in any case of letters', () => {
  const rows = ['Orders', 'payments', 'reORDERed'].map((name) => ({ name, size: 1 }))
  expect(list(rows, { search: 'order' })).toMatchObject({
    total: 2,
    items: [{ name: 'Orders' }, { name: 'reORDERed' }],
  })
})

it('has each row on one page, in order, however many are equal', () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 4 }), { maxLength: 20 })
  fc.assert(
    fc.property(names, fc.constantFrom('asc', 'desc'), fc.integer({ min: 1, max: 7 }), (found, order, limit) => {
      const rows = found.map((name, at) => ({ name, size: at % 3 }))
      const pages = Array.from({ length: Math.ceil(rows.length / limit) }, (_, page) =>
        list(rows, { sort: 'size', order, offset: page * limit, limit }),
      )
      const items = pages.flatMap((page) => page.items)
      expect(new Set(items.map(({ name }) => name))).toEqual(new Set(found))
      const sizes = items.map(({ size }) => size)
      expect(sizes).toEqual(sizes.toSorted((left, right) => (order === 'asc' ? left - right : right - left)))
    }),
  )
})

it('of cells that are lists the first that differs decides', () => {
  const rows = [
    { name: 'long ago', size: [60, 1] },
    { name: 'much', size: [0, 900] },
    { name: 'a little', size: [0, 3] },
    { name: 'nothing', size: [0, 0] },
    { name: 'as long ago, and more', size: [60, 5] },
  ]
  const sorted = (order: 'asc' | 'desc') =>
    pageOf(
      { rows, name: (row) => row.name, cell: (row) => row.size },
      { search: '', sort: 'size', order, offset: 0, limit: 9 },
    ).items.map(({ name }) => name)
  expect(sorted('desc')).toEqual(['as long ago, and more', 'long ago', 'much', 'a little', 'nothing'])
  expect(sorted('asc')).toEqual(sorted('desc').toReversed())
})

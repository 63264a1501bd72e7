/** What answers a route. The type checker proves that none is without. */
import type { Checked, Output, RouteName } from '../contract.ts'
import type { Exchange } from '../exchange.ts'

export type RouteTable = {
  readonly [Name in RouteName]: (input: Checked<Name>, exchange: Exchange) => Output<Name> | Promise<Output<Name>>
}

export type RoutesOf<Names extends RouteName> = Pick<RouteTable, Names>

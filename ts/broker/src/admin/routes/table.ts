/** What answers a route. The type checker proves that none is without. */
import type { Checked, Output, RouteName } from '../contract.ts'
import type { Download } from '../download.ts'
import type { Exchange } from '../exchange.ts'

type Answer<Name extends RouteName> = Output<Name> extends string ? Download : Output<Name>

export type RouteTable = {
  readonly [Name in RouteName]: (input: Checked<Name>, exchange: Exchange) => Answer<Name> | Promise<Answer<Name>>
}

export type RoutesOf<Names extends RouteName> = Pick<RouteTable, Names>

/**
 * Expressions of CEL. What the library says of one that is wrong is put in words for who wrote it, with its place; names and functions
 * that there are not, which it would tell of at each record, are refused before the first.
 */
import { celEnv, isCelError, parse, plan } from '@bufbuild/cel'
import { messageOf } from '../base/errors.ts'
import { ExpressionError } from './expression-error.ts'

export type Bindings = NonNullable<Parameters<ReturnType<typeof plan>>[0]>

/** Throws what the expression fails with on what it is given. */
export type Evaluate = (bindings: Bindings) => unknown

type Parsed = ReturnType<typeof parse>
type Expr = Parsed['expr']

/** With which the names of types begin, as google.protobuf.Timestamp. */
const TYPES = 'google'
/** Longer ones are lists of all that may stand in a place. */
const WORDS_MAX = 60

/** `names` are those that will be given. Throws an ExpressionError. */
export const compileCel = (expression: string, names: ReadonlySet<string>): Evaluate => {
  const parsed = parsedFrom(expression)
  const placeOf = (id: bigint): number => parsed.sourceInfo?.positions[String(id)] ?? 0
  const environment = celEnv()
  const isType = (name: string): boolean => name === TYPES || !isCelError(plan(environment, parse(name))({}))
  for (const { id, name, kind } of namesIn(parsed.expr)) {
    if (kind === 'function' && environment.funcs.find(name) === undefined)
      throw new ExpressionError(placeOf(id), `there is no function ${name}`)
    if (kind === 'name' && !names.has(name) && !isType(name))
      throw new ExpressionError(placeOf(id), `there is no name ${name}; a field of a value is value.${name}`)
  }
  const run = plan(environment, parsed)
  return (bindings) => {
    const result = run(bindings)
    if (!isCelError(result)) return result
    const at = result.exprId === undefined ? '' : `at character ${placeOf(result.exprId) + 1}: `
    throw new Error(`${at}${failureInWords(result.message)}`, { cause: result })
  }
}

const parsedFrom = (expression: string): Parsed => {
  try {
    return parse(expression)
  } catch (thrown) {
    const good = isLocated(thrown) ? thrown.location.start.offset : 0
    const said = messageOf(thrown).replace(/^<input>:\d+:\d+: /, '')
    throw new ExpressionError(good, syntaxInWords(expression.slice(good).trim(), said), thrown)
  }
}

const isLocated = (thrown: unknown): thrown is { readonly location: { readonly start: { readonly offset: number } } } =>
  thrown instanceof Error && 'location' in thrown

/** An operator that is the last of an expression. */
const OPERATOR = /^(?:&&|\|\||[=!<>]=|[<>+\-*/%?:!])$/

/** `rest` is the expression from what is wrong with it on. */
const syntaxInWords = (rest: string, said: string): string => {
  const detail = said.length > WORDS_MAX ? '' : ` (${said})`
  if (rest === '') return `it ends too early${detail}`
  // Of these the library says that they should have been the end.
  if (OPERATOR.test(rest)) return `nothing stands behind ${rest}`
  if (/^["']/.test(rest)) return 'the text that begins here does not end'
  const [token] = /^(?:\w+|[^\w\s]+)/.exec(rest) ?? [rest]
  return `${token} does not fit here${detail}`
}

const failureInWords = (said: string): string => {
  const [, operator, types] = /^found no matching overload for '?_?(.+?)_?'? applied to '(.*)'$/.exec(said) ?? []
  if (operator !== undefined) return `${operator.replace('_', '')} does not take ${types} (${said})`
  if (said.startsWith('field not found')) return `${said}; has() asks whether it is there, as in has(value.amount)`
  return said
}

interface Named {
  readonly id: bigint
  readonly name: string
  readonly kind: 'name' | 'function'
}

/** What of an expression has to be known from elsewhere: not what it gives a name itself, as in `exists(tag, tag == 'a')`. */
function* namesIn(expression: Expr | undefined, own: ReadonlySet<string> = new Set()): Generator<Named> {
  if (expression === undefined) return
  const { id, exprKind } = expression
  switch (exprKind.case) {
    case 'identExpr':
      if (!own.has(exprKind.value.name)) yield { id, name: exprKind.value.name, kind: 'name' }
      return
    case 'selectExpr':
      yield* namesIn(exprKind.value.operand, own)
      return
    case 'callExpr':
      // Operators have names that nobody can write.
      if (/^\w*[A-Za-z]\w*$/.test(exprKind.value.function))
        yield { id, name: exprKind.value.function, kind: 'function' }
      yield* namesIn(exprKind.value.target, own)
      for (const argument of exprKind.value.args) yield* namesIn(argument, own)
      return
    case 'listExpr':
      for (const element of exprKind.value.elements) yield* namesIn(element, own)
      return
    case 'structExpr':
      for (const { keyKind, value } of exprKind.value.entries) {
        if (keyKind.case === 'mapKey') yield* namesIn(keyKind.value, own)
        yield* namesIn(value, own)
      }
      return
    case 'comprehensionExpr': {
      const { iterRange, accuInit, iterVar, iterVar2, accuVar, loopCondition, loopStep, result } = exprKind.value
      yield* namesIn(iterRange, own)
      yield* namesIn(accuInit, own)
      const inner = new Set([...own, iterVar, iterVar2, accuVar])
      for (const part of [loopCondition, loopStep, result]) yield* namesIn(part, inner)
      return
    }
    case 'constExpr':
    case undefined:
      return
  }
}

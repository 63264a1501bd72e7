/**
 * The one window that something is changed in: what is asked for, what it would do, the same as a command and as a request.
 * What would happen is told by the broker itself, in a dry run of the very call that the button makes; a refusal stands there
 * in its place.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type Contract, contract, type Input, type Output, type RouteName } from 'millrace/admin/contract.js'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Window } from '../parts/dialog.tsx'
import { Failure } from '../parts/failure.tsx'
import { call } from '../state/session.ts'
import { CopyCommand } from './copy-command.tsx'
import { CopyRequest } from './copy-request.tsx'
import { Field } from './field.tsx'

/** Routes that tell in a dry run what they would do. */
export type ActionName = {
  [Name in RouteName]: 'dryRun' extends keyof Contract[Name]['input']['shape'] ? Name : never
}[RouteName]

export interface ActionProps<Name extends ActionName> {
  readonly title: string
  readonly route: Name
  /** Null while something is missing or cannot be read. */
  readonly input: Omit<Input<Name>, 'dryRun' | 'confirm'> | null
  /** Null where the command line cannot do it. */
  readonly command: string | null
  /** What the command does otherwise. */
  readonly commandHint?: string
  /** What the button says. */
  readonly does: string
  readonly effect: (answer: Output<Name>) => ReactNode
  /** Why there is nothing to do; null where there is. */
  readonly nothing?: (answer: Output<Name>) => string | null
  /** After it was done, before the views behind the window are asked for anew. */
  readonly onDone?: ((answer: Output<Name>) => unknown) | undefined
  readonly onClose: () => void
  /** What is asked for. */
  readonly children?: ReactNode
}

/** What would be done changes under a window that stays open. */
const LOOK_MS = 2000
const PAUSE_MS = 250

export const ActionWindow = <Name extends ActionName>(props: ActionProps<Name>) => {
  const { title, route, input, command, commandHint, does, effect, nothing, onDone, onClose, children } = props
  const { t } = useTranslation()
  const queries = useQueryClient()
  const [typed, setTyped] = useState('')
  const name = nameToType(route, input)
  const inputWith = (more: object) => ({ ...input, ...more }) as Input<Name>
  const send = (more: object) => call(route, inputWith(more))
  const confirmation = name === null ? {} : { confirm: typed }
  const asked = JSON.stringify([route, input])
  const isSettled = useSettled(asked) === asked
  const action = useMutation({
    mutationFn: ({ more }: { readonly asked: string; readonly more: object }) => send(more),
    onSuccess: async (answer) => {
      onClose()
      await onDone?.(answer)
      await queries.invalidateQueries()
    },
  })
  const dryRun = useQuery({
    queryKey: ['dryRun', asked],
    queryFn: () => send({ dryRun: true }),
    enabled: input !== null && isSettled && !action.isPending,
    refetchInterval: LOOK_MS,
    gcTime: 0,
  })
  const shown = isSettled && dryRun.error === null ? dryRun.data : undefined
  const isAsking = dryRun.error === null && shown === undefined
  const idle = shown === undefined ? null : (nothing?.(shown) ?? null)
  const isReady = shown !== undefined && idle === null && !action.isPending && (name === null || typed === name)
  const [cancel, main] = [useRef<HTMLButtonElement>(null), useRef<HTMLButtonElement>(null)]
  const button = contract[route].method === 'DELETE' ? cancel : main
  useEffect(() => {
    // It could not have the focus as long as it could not be pressed: the window has it, if nobody moved it.
    if (isReady && document.activeElement?.role === 'dialog') button.current?.focus()
  }, [isReady, button])
  return (
    <Window title={title} onOpenChange={onClose} button={button}>
      <form
        className="action"
        onSubmit={(event) => {
          event.preventDefault()
          // A window that was opened from a form does not send that.
          event.stopPropagation()
          action.mutate({ asked, more: confirmation })
        }}
      >
        {children}
        {input !== null && (
          <section className="effect" aria-label={t('action.effect')} aria-live="polite" aria-busy={isAsking}>
            <h3>{t('action.effect')}</h3>
            {dryRun.error !== null && <Failure error={dryRun.error} />}
            {idle !== null && <p>{idle}</p>}
            {shown !== undefined && effect(shown)}
            {isAsking && <p className="quiet">{t('action.asking')}</p>}
          </section>
        )}
        {input !== null && command === null && <p className="quiet">{t('action.noCommand')}</p>}
        {input !== null && command !== null && <CopyCommand command={command} />}
        {input !== null && commandHint !== undefined && <p className="quiet">{commandHint}</p>}
        {input !== null && <CopyRequest route={route} input={inputWith(confirmation)} />}
        {name !== null && (
          <Field label={t('action.typeName', { name })}>
            {(id) => (
              <input
                id={id}
                className="input"
                value={typed}
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                onChange={({ target }) => setTyped(target.value)}
              />
            )}
          </Field>
        )}
        {action.error !== null && action.variables.asked === asked && <Failure error={action.error} />}
        <footer>
          <button type="button" className="button" ref={cancel} onClick={onClose}>
            {t('action.cancel')}
          </button>
          <button
            type="submit"
            className={name === null ? 'button primary' : 'button danger'}
            ref={main}
            disabled={!isReady}
          >
            {does}
          </button>
        </footer>
      </form>
    </Window>
  )
}

/** Of what is taken away: the API wants it once more. */
const nameToType = (route: ActionName, input: object | null): string | null => {
  if (!('confirm' in contract[route].input.shape)) return null
  const named = (input ?? {}) as { readonly topic?: string; readonly group?: string; readonly name?: string }
  return named.topic ?? named.group ?? named.name ?? null
}

/** A text, a moment behind the typing. */
const useSettled = (text: string): string => {
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text])
  return settled
}

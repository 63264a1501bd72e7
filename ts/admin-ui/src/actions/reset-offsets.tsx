/** Where a group goes on reading, and the way back. */
import type { Input, Output } from 'millrace/admin/contract.js'
import { type ReactNode, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Group, LastReset } from '../api.ts'
import { NameText } from '../parts/name-text.tsx'
import { Count } from '../parts/size.tsx'
import type { Column } from '../parts/table.tsx'
import { useFormat } from '../parts/use-format.ts'
import { usePreferences } from '../state/preferences.ts'
import { ActionWindow } from './action-window.tsx'
import { useCommand, withInput } from './command.ts'
import { EffectTable } from './effect-table.tsx'
import { Field, TextField } from './field.tsx'
import { offsetIn, timeIn } from './texts.ts'

type Target = Input<'resetOffsets'>['target']
type Move = Output<'resetOffsets'>['items'][number]

const ways = ['earliest', 'latest', 'time', 'shift', 'offset'] as const
type Way = (typeof ways)[number]

interface ResetOffsetsProps {
  readonly group: Group
  readonly onClose: () => void
}

export const ResetOffsets = ({ group, onClose }: ResetOffsetsProps) => {
  const { t } = useTranslation()
  const command = useCommand()
  const { zone } = usePreferences()
  const [way, setWay] = useState<Way>('earliest')
  const [where, setWhere] = useState('')
  const [topic, setTopic] = useState('')
  const target = targetIn(way, where, zone === 'utc')
  const wrong = way === 'shift' ? t('problem.shift') : t('problem.offset')
  const problem = where !== '' && target === null ? wrong : null
  const known = [...new Set(group.offsetRows.map((row) => row.topic))]
  return (
    <MoveWindow
      title={t('action.reset')}
      does={t('action.move')}
      nothing={t('reset.nothing')}
      group={group.name}
      topics={topic === '' ? undefined : [topic]}
      target={target}
      command={command({
        words: 'group reset',
        options: [
          ...(topic === '' ? [] : [['--topic', topic]]),
          ...(target === null ? [] : optionsOf(target)),
          ['--execute'],
        ],
        names: [group.name],
      })}
      onClose={onClose}
    >
      <Field label={t('offsets.topic')} hint={t('reset.topicHint')}>
        {(id) => (
          <>
            <input
              id={id}
              className="input"
              list={`${id}-known`}
              value={topic}
              placeholder={t('reset.everyTopic')}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              onChange={({ target: { value } }) => setTopic(value)}
            />
            <datalist id={`${id}-known`}>
              {known.map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          </>
        )}
      </Field>
      <div className="fields">
        <Field label={t('reset.to')}>
          {(id) => (
            <select
              id={id}
              className="select"
              value={way}
              onChange={({ target: { value } }) => {
                setWay(value as Way)
                setWhere('')
              }}
            >
              {ways.map((each) => (
                <option key={each} value={each}>
                  {t(`resetTo.${each}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        {way === 'time' && (
          <TextField label={t(`zone.${zone}`)} kind="datetime-local" value={where} onChange={setWhere} />
        )}
        {way === 'shift' && (
          <TextField
            label={t('reset.by')}
            hint={t('reset.byHint')}
            value={where}
            problem={problem}
            onChange={setWhere}
          />
        )}
        {way === 'offset' && (
          <TextField label={t('reset.offset')} kind="number" value={where} problem={problem} onChange={setWhere} />
        )}
      </div>
    </MoveWindow>
  )
}

interface UndoResetProps {
  readonly group: string
  readonly reset: LastReset
  readonly onClose: () => void
}

export const UndoReset = ({ group, reset: { isUndo, positions, none, deleted, cut }, onClose }: UndoResetProps) => {
  const { t } = useTranslation()
  const command = useCommand()
  const lines = positions.map(({ topic, partition, offset }) => `${topic},${partition},${offset}`)
  const options = [['--from-file', '/dev/stdin'], ['--execute']]
  return (
    <MoveWindow
      title={isUndo ? t('action.redo') : t('action.undo')}
      does={isUndo ? t('redo.does') : t('undo.does')}
      nothing={isUndo ? t('redo.nothing') : t('undo.nothing')}
      group={group}
      topics={undefined}
      target={{ to: 'positions', positions }}
      command={withInput(command({ words: 'group reset', options, names: [group] }), lines)}
      onClose={onClose}
    >
      {none > 0 && <p className="quiet">{t('undo.none', { count: none })}</p>}
      {deleted > 0 && <p className="quiet">{t('undo.deleted', { count: deleted })}</p>}
      {cut > 0 && <p className="quiet">{t('undo.cut', { count: cut })}</p>}
    </MoveWindow>
  )
}

interface MoveWindowProps {
  readonly title: string
  /** What the button says. */
  readonly does: string
  /** Said where no partition would move. */
  readonly nothing: string
  readonly group: string
  readonly topics: string[] | undefined
  readonly target: Target | null
  readonly command: string
  readonly onClose: () => void
  readonly children?: ReactNode
}

const MoveWindow = ({ nothing, group, topics, target, ...rest }: MoveWindowProps) => {
  const { t } = useTranslation()
  const { integer } = useFormat()
  const columns: readonly Column<Move>[] = [
    {
      id: 'topic',
      title: t('offsets.topic'),
      cell: ({ topic }) => (
        <span className="name">
          <NameText>{topic}</NameText>
        </span>
      ),
    },
    { id: 'partition', title: t('offsets.partition'), end: true, cell: ({ partition }) => partition },
    { id: 'before', title: t('reset.before'), end: true, cell: ({ before }) => <Count value={before} /> },
    { id: 'after', title: t('reset.after'), end: true, cell: (move) => <After move={move} /> },
    {
      id: 'left',
      title: t('reset.lagAfter'),
      end: true,
      wide: true,
      cell: ({ after, endOffset }) => integer(String(BigInt(endOffset) - BigInt(after))),
    },
  ]
  return (
    <ActionWindow
      {...rest}
      route="resetOffsets"
      input={target === null ? null : { group, topics, target }}
      nothing={({ items }) => (items.every(stays) ? nothing : null)}
      effect={({ items }) => {
        const count = target === null ? 0 : outside(target, items)
        return (
          <>
            {count > 0 && <p>{t('reset.outside', { count })}</p>}
            <EffectTable columns={columns} rows={items} rowKey={keyOf} />
          </>
        )
      }}
    />
  )
}

const stays = ({ before, after }: Move): boolean => before === after

const After = ({ move }: { readonly move: Move }) => {
  const { t } = useTranslation()
  return (
    <>
      <Count value={move.after} />
      {stays(move) && <span className="aside">{t('reset.stays')}</span>}
    </>
  )
}

const keyOf = ({ topic, partition }: Pick<Move, 'topic' | 'partition'>): string => `${topic} ${partition}`

/** How many partitions have no such offset: not any more, or not yet. */
const outside = (target: Target, moves: readonly Move[]): number => {
  const asked = target.to === 'positions' ? new Map(target.positions.map((each) => [keyOf(each), each.offset])) : null
  const wanted = (move: Move): string => {
    if (target.to === 'offset') return target.offset
    if (target.to === 'shift') return String(BigInt(move.before ?? move.firstOffset) + BigInt(target.by))
    return asked?.get(keyOf(move)) ?? move.after
  }
  return moves.filter((move) => wanted(move) !== move.after).length
}

const targetIn = (way: Way, where: string, isUtc: boolean): Target | null => {
  if (way === 'earliest' || way === 'latest') return { to: way }
  if (way === 'time') {
    const at = timeIn(where, isUtc)
    return at === null ? null : { to: 'time', at }
  }
  const value = offsetIn(where)
  if (value === null) return null
  return way === 'shift' ? { to: 'shift', by: value } : { to: 'offset', offset: value }
}

const optionsOf = (target: Target): readonly (readonly string[])[] => {
  switch (target.to) {
    case 'earliest':
      return [['--to', 'start']]
    case 'latest':
      return [['--to', 'end']]
    case 'time':
      return [['--to', `@${new Date(Number(target.at)).toISOString()}`]]
    case 'shift':
      return [['--shift', target.by]]
    case 'offset':
      return [['--to', target.offset]]
    case 'positions':
      return []
  }
}

/** Everything by its name: places, topics, groups, changes, settings. Topics and groups are looked for in the broker. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Command } from 'cmdk'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { groupsQuery, topicsQuery } from '../api.ts'
import type { Draw } from '../parts/actions.tsx'
import { Window } from '../parts/dialog.tsx'
import { Icon, type IconName } from '../parts/icon.tsx'
import { languages, prefer, themes } from '../state/preferences.ts'
import { places } from './places.ts'
import { useChanges } from './use-changes.tsx'

/** Of each kind. */
const FOUND_MAX = 6

interface Entry {
  readonly id: string
  readonly icon: IconName
  readonly text: string
  readonly act: () => unknown
}

interface PaletteProps {
  readonly onOpenChange: (isOpen: boolean) => void
  readonly onAction: (window: Draw) => void
}

export const Palette = ({ onOpenChange, onAction }: PaletteProps) => {
  const { t } = useTranslation()
  const [typed, setTyped] = useState('')
  const found = useFound(typed)
  const fixed = useFixed(onAction).map(([heading, entries]): readonly [string, readonly Entry[]] => [
    heading,
    entries.filter(({ text }) => text.toLowerCase().includes(typed.trim().toLowerCase())),
  ])
  return (
    <Window title={t('palette.title')} onOpenChange={onOpenChange} bare>
      <Command className="palette" label={t('palette.title')} shouldFilter={false} loop>
        <Command.Input value={typed} onValueChange={setTyped} placeholder={t('palette.placeholder')} />
        <Command.List label={t('palette.found')}>
          <Command.Empty>{t('common.nothingFound')}</Command.Empty>
          {[...found, ...fixed]
            .filter(([, entries]) => entries.length > 0)
            .map(([heading, entries]) => (
              <Command.Group key={heading} heading={heading}>
                {entries.map(({ id, icon, text, act }) => (
                  <Command.Item
                    key={id}
                    value={id}
                    onSelect={() => {
                      onOpenChange(false)
                      act()
                    }}
                  >
                    <Icon name={icon} />
                    {text}
                  </Command.Item>
                ))}
              </Command.Group>
            ))}
        </Command.List>
      </Command>
    </Window>
  )
}

const useFound = (search: string): readonly (readonly [heading: string, entries: readonly Entry[]])[] => {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const wanted = search.trim()
  const asked = { search: wanted, limit: FOUND_MAX }
  const enabled = wanted !== ''
  // Enter takes what stands there: nothing of the text before.
  const exact = { enabled, placeholderData: () => undefined }
  const topics = useQuery({ ...topicsQuery(asked), ...exact })
  const groups = useQuery({ ...groupsQuery(asked), ...exact })
  if (!enabled) return []
  return [
    [
      t('places.topics'),
      (topics.data?.items ?? []).map(({ name }) => ({
        id: `topic ${name}`,
        icon: 'topics',
        text: name,
        act: () => navigate({ to: '/topics/$topic', params: { topic: name } }),
      })),
    ],
    [
      t('places.groups'),
      (groups.data?.items ?? []).map(({ name }) => ({
        id: `group ${name}`,
        icon: 'groups',
        text: name,
        act: () => navigate({ to: '/groups/$group', params: { group: name } }),
      })),
    ],
  ]
}

const useFixed = (
  onAction: PaletteProps['onAction'],
): readonly (readonly [heading: string, entries: readonly Entry[]])[] => {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const changes = useChanges()
  return [
    [
      t('palette.places'),
      places.map(({ to, name }) => ({ id: to, icon: name, text: t(`places.${name}`), act: () => navigate({ to }) })),
    ],
    [
      t('palette.changes'),
      changes.map(({ icon, text, window }) => ({ id: `change ${text}`, icon, text, act: () => onAction(window) })),
    ],
    [
      t('settings.title'),
      [
        ...themes.map((theme) => ({
          id: `theme ${theme}`,
          icon: 'settings' as const,
          text: `${t('settings.theme')}: ${t(`theme.${theme}`)}`,
          act: () => prefer({ theme }),
        })),
        ...languages.map((language) => ({
          id: `language ${language}`,
          icon: 'settings' as const,
          text: `${t('settings.language')}: ${t(`language.${language}`)}`,
          act: () => prefer({ language }),
        })),
      ],
    ],
  ]
}

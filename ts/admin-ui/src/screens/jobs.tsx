/** Long work in the background: what is under way, then what ended last. */
import { useQuery } from '@tanstack/react-query'
import type { TFunction } from 'i18next'
import { useTranslation } from 'react-i18next'
import { type Job, jobsQuery } from '../api.ts'
import { Badge, type Tone } from '../parts/badge.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Page } from '../parts/page.tsx'
import { Size } from '../parts/size.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { useFormat } from '../parts/use-format.ts'

const tones: Readonly<Record<Job['state'], Tone>> = {
  waiting: 'plain',
  running: 'accent',
  done: 'good',
  interrupted: 'plain',
  failed: 'bad',
}

export const JobsScreen = () => {
  const { t } = useTranslation()
  const query = useQuery(jobsQuery)
  return (
    <Page title={t('jobs.title')}>
      <Loaded query={query}>
        {({ items }) => (
          <Table
            label={t('jobs.title')}
            columns={columnsOf(t)}
            rows={items}
            rowKey={({ id }) => id}
            empty={t('jobs.none')}
          />
        )}
      </Loaded>
    </Page>
  )
}

const columnsOf = (t: TFunction): readonly Column<Job>[] => [
  { id: 'kind', title: t('jobs.kind'), cell: ({ kind }) => t(`jobKind.${kind}`) },
  { id: 'subject', title: t('jobs.subject'), cell: (job) => <code>{subjectOf(job)}</code> },
  {
    id: 'state',
    title: t('jobs.state'),
    cell: ({ state, why }) => (
      <>
        <Badge tone={tones[state]}>{t(`jobState.${state}`)}</Badge> <span lang="en">{why}</span>
      </>
    ),
  },
  { id: 'progress', title: t('jobs.progress'), cell: (job) => <Progress job={job} /> },
  {
    id: 'written',
    title: t('jobs.written'),
    end: true,
    wide: true,
    cell: ({ bytesWritten }) => <Size value={bytesWritten} />,
  },
  { id: 'started', title: t('jobs.started'), end: true, wide: true, cell: (job) => <Started job={job} /> },
]

/** A partition, or a topic with all of them. */
const subjectOf = ({ topic, partition }: Job): string => [topic, partition].filter((part) => part !== null).join('-')

const Progress = ({ job: { id, bytesDone, bytesTotal } }: { readonly job: Job }) => {
  const { bytes } = useFormat()
  const { t } = useTranslation()
  return (
    <span className="disk">
      <progress
        max={Math.max(1, Number(bytesTotal))}
        value={Number(bytesDone)}
        aria-label={`${t('jobs.progress')} ${id}`}
      />
      {bytes(bytesDone)} / {bytes(bytesTotal)}
    </span>
  )
}

const Started = ({ job: { startedAt, endedAt } }: { readonly job: Job }) => {
  const { ago, moment, span } = useFormat()
  const { t } = useTranslation()
  const took = endedAt === null ? '' : `; ${t('jobs.took')} ${span(Number(endedAt) - Number(startedAt))}`
  return <span title={`${moment(startedAt)}${took}`}>{ago(startedAt)}</span>
}

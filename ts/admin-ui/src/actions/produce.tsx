/** A message by hand, new or as another one was. */
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { WholeMessage } from '../api.ts'
import { Figure, Figures } from '../parts/figure.tsx'
import { Size } from '../parts/size.tsx'
import { ActionWindow } from './action-window.tsx'
import { useCommand, withInput } from './command.ts'
import { ContentField } from './content-field.tsx'
import { contentOf, draftOf, EMPTY, type HeaderDraft, jsonOf, NOTHING } from './contents.ts'
import { TextField } from './field.tsx'
import { HeaderFields } from './header-fields.tsx'
import { partitionIn } from './texts.ts'

interface ProduceProps {
  readonly topic: string
  /** What it is to be like. */
  readonly again?: Pick<WholeMessage, 'partition' | 'key' | 'value' | 'headers'>
  readonly onClose: () => void
}

export const Produce = ({ topic, again, onClose }: ProduceProps) => {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const command = useCommand()
  const [partition, setPartition] = useState(again === undefined ? '' : String(again.partition))
  const [key, setKey] = useState(again === undefined ? NOTHING : draftOf(again.key))
  const [value, setValue] = useState(again === undefined ? EMPTY : draftOf(again.value))
  const [headers, setHeaders] = useState<readonly HeaderDraft[]>(
    again?.headers.map((header) => ({ name: header.name, ...draftOf(header.value) })) ?? [],
  )
  const index = partitionIn(partition)
  const isAnywhere = partition === '' && key.kind === 'null'
  const line = JSON.stringify({
    key: jsonOf(key),
    value: jsonOf(value),
    headers: headers.map((header) => [header.name, jsonOf(header)]),
  })
  return (
    <ActionWindow
      title={again === undefined ? t('action.produce') : t('action.produceAgain')}
      route="produce"
      input={
        partition !== '' && index === null
          ? null
          : {
              topic,
              ...(index === null ? {} : { partition: index }),
              key: contentOf(key),
              value: contentOf(value),
              headers: headers.map((header) => ({ name: header.name, value: contentOf(header) })),
            }
      }
      command={withInput(
        command({
          words: 'produce',
          options: [['--format', 'json'], ...(partition === '' ? [] : [['--partition', partition]])],
          names: [topic],
        }),
        [line],
      )}
      does={t('action.produce')}
      effect={(produced) => (
        <>
          <Figures>
            <Figure
              name={t('partitions.index')}
              value={isAnywhere ? t('produce.anywhere') : String(produced.partition)}
            />
            <Figure name={t('produce.batch')} value={<Size value={String(produced.bytes)} />} />
          </Figures>
          {value.kind === 'null' && <p className="quiet">{t('produce.isTombstone')}</p>}
        </>
      )}
      onDone={({ partition: where, offset }) =>
        offset !== null &&
        navigate({
          to: '/topics/$topic/messages/$partition/$offset',
          params: { topic, partition: String(where), offset },
        })
      }
      onClose={onClose}
    >
      <TextField
        label={t('partitions.index')}
        kind="number"
        value={partition}
        placeholder={t('produce.byKey')}
        problem={partition !== '' && index === null ? t('problem.partition') : null}
        onChange={setPartition}
      />
      <ContentField label={t('messages.key')} rows={1} value={key} onChange={setKey} />
      <ContentField label={t('messages.value')} rows={5} value={value} begins onChange={setValue} />
      <HeaderFields headers={headers} onChange={setHeaders} />
    </ActionWindow>
  )
}

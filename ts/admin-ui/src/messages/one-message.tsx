/** All of one message, and the way to those beside it. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { messageQuery, nextMessageQuery, type WholeMessage } from '../api.ts'
import { type Action, Actions } from '../parts/actions.tsx'
import { Card } from '../parts/card.tsx'
import { Figure, Figures } from '../parts/figure.tsx'
import { Loaded } from '../parts/loaded.tsx'
import { Size } from '../parts/size.tsx'
import { useChange } from '../parts/use-change.ts'
import { useFormat } from '../parts/use-format.ts'
import { type MessageSearch, payloadViews } from '../search.ts'
import { Choice } from './choice.tsx'
import { DecoderChoice } from './decoder-choice.tsx'
import { PayloadView } from './payload-view.tsx'

interface OneMessageProps {
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly search: MessageSearch
}

export const OneMessage = (props: OneMessageProps) => {
  const { topic, partition, offset, search } = props
  const { keyAs, valueAs } = search
  const query = useQuery(messageQuery({ topic, partition, offset, keyAs, valueAs }))
  return (
    <>
      <Neighbours {...props} />
      <Loaded query={query}>{(message) => <Whole topic={topic} message={message} search={search} />}</Loaded>
    </>
  )
}

const Neighbours = ({ topic, partition, offset, search }: OneMessageProps) => {
  const { t } = useTranslation()
  const isNumber = /^\d+$/.test(offset)
  const before = isNumber && BigInt(offset) > 0n ? String(BigInt(offset) - 1n) : undefined
  const after = isNumber ? String(BigInt(offset) + 1n) : offset
  const next = useQuery(nextMessageQuery(topic, partition, after)).data?.items[0]?.offset
  const to = { topic, partition: String(partition) }
  const places = [
    ['previous', before],
    ['next', next],
  ] as const
  return (
    <nav className="toolbar" aria-label={t('message.neighbours')}>
      {places.map(
        ([name, at]) =>
          at !== undefined && (
            <Link
              key={name}
              className="button"
              to="/topics/$topic/messages/$partition/$offset"
              params={{ ...to, offset: at }}
              search={search}
            >
              {t(`message.${name}`)}
            </Link>
          ),
      )}
    </nav>
  )
}

interface WholeProps {
  readonly topic: string
  readonly message: WholeMessage
  readonly search: MessageSearch
}

const Whole = ({ topic, message, search }: WholeProps) => {
  const { t } = useTranslation()
  const { moment } = useFormat()
  const change = useChange<MessageSearch>()
  const { partition, offset, timestamp, timestampType, bytes, key, value, headers } = message
  // Compaction goes by the key.
  const tombstone: Action = {
    text: t('action.tombstone'),
    takesAway: true,
    window: ({ Produce }, onClose) => <Produce topic={topic} again={{ ...message, value: null }} onClose={onClose} />,
  }
  return (
    <>
      <Figures>
        <Figure name={t('partitions.index')} value={String(partition)} />
        <Figure name={t('messages.offset')} value={offset} />
        <Figure name={t(`timestampType.${timestampType}`)} value={moment(timestamp)} />
        <Figure name={t('message.milliseconds')} value={timestamp} />
        <Figure name={t('topics.size')} value={<Size value={String(bytes)} />} />
      </Figures>
      <Actions
        route="produce"
        actions={[
          {
            text: t('action.produceAgain'),
            window: ({ Produce }, onClose) => <Produce topic={topic} again={message} onClose={onClose} />,
          },
          ...(key === null ? [] : [tombstone]),
        ]}
      />
      <div className="fields">
        <Choice
          label={t('message.view')}
          values={payloadViews}
          value={search.view}
          text={(each) => t(`payloadView.${each}`)}
          onChange={(view) => change({ view })}
        />
        <DecoderChoice label={t('messages.keyAs')} value={search.keyAs} onChange={(keyAs) => change({ keyAs })} />
        <DecoderChoice
          label={t('messages.valueAs')}
          value={search.valueAs}
          onChange={(valueAs) => change({ valueAs })}
        />
      </div>
      <PayloadView title={t('messages.key')} payload={key} view={search.view} />
      <PayloadView title={t('messages.value')} payload={value} view={search.view} />
      {headers.length === 0 ? (
        <Card title={t('messages.headers')}>
          <p className="quiet">{t('messages.noHeaders')}</p>
        </Card>
      ) : (
        // Names may come more than once, in an order that means something.
        headers.map(({ name, value: header }, at) => (
          <PayloadView
            key={`${at} ${name}`}
            title={t('messages.header', { at: at + 1, name })}
            payload={header}
            view={search.view}
          />
        ))
      )}
    </>
  )
}

/** A key, a value or a header: readable, as it was decoded, or as bytes, and why it is read as it is. */
import { type ReactNode, type RefObject, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { WholeMessage } from '../api.ts'
import { bytesFrom } from '../base64.ts'
import { Badge } from '../parts/badge.tsx'
import { Card } from '../parts/card.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { Size } from '../parts/size.tsx'
import { useFormat } from '../parts/use-format.ts'
import type { MessageSearch } from '../search.ts'
import { hexDump } from './hex-dump.ts'
import { readJson } from './json-text.ts'
import { JsonTree } from './json-tree.tsx'

export type Payload = NonNullable<WholeMessage['value']>

interface PayloadViewProps {
  readonly title: string
  readonly payload: Payload | null
  readonly view: MessageSearch['view']
}

export const PayloadView = ({ title, payload, view }: PayloadViewProps) => {
  const { t } = useTranslation()
  const shown = useRef<HTMLDivElement>(null)
  if (payload === null) {
    return (
      <Card title={title} beside={<Badge>null</Badge>}>
        <p className="quiet">{t('message.isNull')}</p>
      </Card>
    )
  }
  return (
    <Card
      title={title}
      beside={
        <span className="payload-facts">
          <Badge tone="accent">{t(`decoder.${payload.decoder}`)}</Badge>
          {payload.gzip && <Badge>gzip</Badge>}
          <span className="quiet">{t(`decodedSince.${payload.why}`)}</span>
          <Size value={String(payload.bytes)} />
          <CopyButton text={payload.text} shown={shown} />
        </span>
      }
    >
      <Content payload={payload} view={view} title={title} shown={shown} />
      {payload.cut && <p className="quiet">{t('message.cut')}</p>}
    </Card>
  )
}

interface ContentProps {
  readonly payload: Payload
  readonly view: MessageSearch['view']
  readonly title: string
  readonly shown: RefObject<HTMLDivElement | null>
}

/** Of a tree that a page can hold. */
const TREE_CHARACTERS_MAX = 256 * 1024
const HEX_BYTES_MAX = 16 * 1024

const Content = ({ payload, view, title, shown }: ContentProps) => {
  const { t } = useTranslation()
  const { integer } = useFormat()
  const frame = (content: ReactNode) => (
    <div className="payload" role="group" aria-label={title} tabIndex={0} ref={shown}>
      {content}
    </div>
  )
  if (view === 'hex') {
    const bytes = bytesFrom(payload.raw)
    const left = bytes.length - HEX_BYTES_MAX
    return (
      <>
        {frame(<pre>{hexDump(bytes.subarray(0, HEX_BYTES_MAX))}</pre>)}
        {left > 0 && <p className="quiet">{t('action.more', { more: integer(left) })}</p>}
      </>
    )
  }
  const isTree = view === 'readable' && isJson(payload) && payload.text.length <= TREE_CHARACTERS_MAX
  const node = isTree ? readJson(payload.text) : null
  return frame(node === null ? <pre>{payload.text}</pre> : <JsonTree node={node} />)
}

const isJson = ({ decoder, cut }: Payload): boolean =>
  !cut && (decoder === 'json' || decoder === 'messagepack' || decoder === 'internal')

/** How full the disk of a data directory is, and when it will be. */
import { useTranslation } from 'react-i18next'
import type { Broker } from '../api.ts'
import { useFormat } from './use-format.ts'

export type Directory = Broker['directories'][number]

const SECOND_MS = 1000

const toneOf = ({ failed, full, low }: Directory): 'good' | 'warn' | 'bad' => {
  if (failed || full) return 'bad'
  return low ? 'warn' : 'good'
}

export const Disk = ({ directory }: { readonly directory: Directory }) => {
  const { t } = useTranslation()
  const { bytes } = useFormat()
  const { path, totalBytes, freeBytes } = directory
  const total = Number(totalBytes)
  const used = total - Number(freeBytes)
  return (
    <div className="disk">
      <meter className={toneOf(directory)} min={0} max={total} value={used} aria-label={t('disk.used', { path })} />
      <span>
        {directory.failed ? t('disk.failed') : t('disk.free', { free: bytes(freeBytes), total: bytes(totalBytes) })}
      </span>
    </div>
  )
}

/** Nothing of a disk that does not fill. */
export const Filling = ({ directory: { filling, failed, full } }: { readonly directory: Directory }) => {
  const { t } = useTranslation()
  const { span } = useFormat()
  if (failed || full || filling?.fullInSeconds === null) return null
  if (filling === null) return <span className="filling quiet">{t('disk.notWatched')}</span>
  const { fullInSeconds, overSeconds } = filling
  const times = { span: span(fullInSeconds * SECOND_MS), over: span(overSeconds * SECOND_MS) }
  return <span className="filling">{t('disk.fullIn', times)}</span>
}
